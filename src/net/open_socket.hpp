// Opens the sockets of clients and backend, with their options.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/types.hpp"

namespace wayside::net {

// Sets the options of a TCP socket that is, or will be, bound or connected to `endpoint`. Ignores errors: a
// socket without an option is slower, but works.
void set_tcp_options(int socket, const StreamProtocol::endpoint& endpoint) noexcept;

// A non-blocking socket for listening on `endpoint` or connecting to it. Accepted sockets inherit its
// options.
Result<Descriptor> open_socket(const StreamProtocol::endpoint& endpoint) noexcept;

}  // namespace wayside::net
