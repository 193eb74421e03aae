// A connection after 101 Switching Protocols: bytes go in both directions unchanged (RFC 9110 section 7.8).
#pragma once

#include "wayside/net/buffer.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/task.hpp"

#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"

#include <cstdint>

namespace wayside::proxy {

enum class TunnelProtocol : std::uint8_t { kUnknown, kWebSocket };

// Bytes that the receivers took. Those of wayside's own are not counted.
struct TunnelBytes {
  std::uint64_t from_client = 0;
  std::uint64_t from_backend = 0;
};

// Relays until the backend has ended its stream and the client was sent all of it and its end, or until the
// client is gone. Bytes that came early, in client.in and in `from_backend`, go first. The client may end its
// direction before the backend does: `docker attach` and its kind end their input and wait for the output.
//
// A tunnel in which no byte is delivered for timeouts.tunnel is over; once the client has ended its
// direction, for timeouts.response_body. `backend` wakes client.wakeup.
//
// A WebSocket is closed when the worker drains, since it does not end by itself: as soon as no byte was
// delivered for a second, and in the middle of a conversation once half of timeouts.drain is over. The client
// gets a Close frame with the status 1001 behind the frame under way, and nothing behind it. Its answer is
// the backend's Close frame; where no answer comes within a second, the backend gets one from wayside. A
// direction in which a frame has no end, or breaks a rule of RFC 6455, gets none.
//
// `delivered` is up to date at every wait and at the end, an exception included. Throws std::bad_alloc.
net::Task<> run_tunnel(Context& context, ClientConnection& client, net::Stream& backend,
                       TunnelProtocol protocol, net::Buffer& from_backend, TunnelBytes& delivered);

}  // namespace wayside::proxy
