// Opens the sockets of clients and backend, with their options.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/types.hpp"

namespace wayside::net {

// A non-blocking socket for listening on `endpoint` or connecting to it. Accepted sockets inherit its
// options.
Result<Descriptor> open_socket(const StreamProtocol::endpoint& endpoint) noexcept;

}  // namespace wayside::net
