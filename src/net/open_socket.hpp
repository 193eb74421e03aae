// The sockets that requests and responses pass through, with the options that suit them.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/types.hpp"

namespace wayside::net {

// A socket, which does not block, for listening on `endpoint` or connecting to it. What a listener accepts
// has its options.
Result<Descriptor> open_socket(const StreamProtocol::endpoint& endpoint) noexcept;

}  // namespace wayside::net
