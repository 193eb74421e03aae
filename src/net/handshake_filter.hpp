// Keeps new connections from a listening TCP socket that is to be closed.
//
// Closing a listening socket resets the connections that nobody has accepted yet, requests and all, and those
// whose handshake is under way. With the filter, the kernel drops the first segment of each new connection,
// so that all that remain can be accepted first. A client sends that segment again after a second (RFC 6298),
// and meets whoever listens by then.
#pragma once

namespace wayside::net {

// The socket, not the descriptor, has the filter from now on, in every process that shares it. Has no effect
// on other than TCP sockets, and where the system has no filters.
void drop_first_segments(int listening_socket) noexcept;

}  // namespace wayside::net
