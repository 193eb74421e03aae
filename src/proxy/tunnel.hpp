// What a connection becomes after 101 Switching Protocols: bytes in both directions, looked at by nobody
// (RFC 9110 section 7.8).
#pragma once

#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/task.hpp"
#include "wayside/proxy/failure.hpp"

namespace wayside::proxy {

// Relays until one side ends its stream; what the other has sent until then is still delivered. Bytes that came
// before their time, in client.in and in `from_backend`, go first. `backend` wakes client.wakeup. A tunnel in which
// nothing moves for timeouts.tunnel is over.
net::Task<Failure> run_tunnel(Context& context, ClientConnection& client, net::Stream& backend,
                              net::Buffer& from_backend);

}  // namespace wayside::proxy
