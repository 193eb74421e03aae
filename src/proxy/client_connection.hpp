// The client's side of a session: its stream, the bytes that it sent and that no exchange has taken yet, and
// the wakeup and the deadline of the session's coroutine.
#pragma once

#include "wayside/base/trusted_proxies.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/http/violation.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/wakeup.hpp"

#include "proxy/backend_pool.hpp"

#include <optional>
#include <string>

namespace wayside::proxy {

struct ClientConnection {
  ClientConnection(net::DeadlineWheel& wheel, net::Stream connected, std::string client_ip,
                   const TrustedProxies& trusted, SessionId number);

  // The connection is on behalf of this client; both arguments as in the constructor.
  void name(std::string client_ip, const TrustedProxies& trusted);

  // Reads a little ahead, while the request is complete and its response is due: what comes is the next
  // request, and the end of the stream shows only behind bytes that were read. Watches for more. False where
  // the client has left; `half_close` says whether ending its sending direction counts as leaving.
  bool read_ahead(net::BufferPool& buffers, config::HalfClose half_close);

  // Why the request that `in` begins with is refused, in which `violation` was found: the connection may
  // begin with another protocol.
  http::Violation refusal_of(http::Violation violation) const noexcept;

  // Reads once into `in`, whose views end. False at the end of the stream and on errors.
  bool read(net::BufferPool& buffers);

  net::Wakeup wakeup;
  net::Deadline deadline;
  net::Stream stream;
  net::Buffer in;
  std::string ip;         // empty: a client of a unix socket
  bool is_trusted;        // when it says for whom it asks (Settings::trusted_proxies)
  bool is_named = false;  // by a header of the PROXY protocol
  std::string named_by;   // the address of its sender, in the same form; meaningful if `is_named`
  bool uses_tls = false;  // towards wayside, or towards the sender of that header
  // For RequestRewrite::client_certificate.
  std::optional<std::string> certificate;
  bool is_http1 = false;  // a request was read
  const SessionId id;
};

}  // namespace wayside::proxy
