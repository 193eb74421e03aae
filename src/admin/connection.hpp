// One client of the metrics listener, from accept to close: a TLS handshake where TLS is spoken, then read a
// head, answer it, again.
//
// Knows HTTP framing and time limits; pages.hpp knows the pages. It is not optimized for speed, since it
// serves one scrape every few seconds. It withstands slow, silent and hostile peers: heads are bounded,
// bodies are never read, and every wait has a limit.
#pragma once

#include "wayside/admin/access.hpp"
#include "wayside/admin/admin_server.hpp"
#include "wayside/net/types.hpp"

#include "admin/admission.hpp"
#include "admin/authenticator.hpp"
#include "admin/shared_pages.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace wayside::admin {

using net::Awaitable;

struct ConnectionLimits {
  std::size_t head_bytes = 8 * 1024;
  // First byte, or accept, to complete head; and before, accept to the end of a TLS handshake.
  std::chrono::milliseconds head = std::chrono::seconds(10);
  std::chrono::milliseconds idle =
      std::chrono::minutes(2);  // between requests: longer than common scrape intervals
  std::chrono::milliseconds write = std::chrono::seconds(30);  // a whole response
  std::chrono::milliseconds linger = std::chrono::seconds(2);  // our last byte to the client's close
};

// The objects that every connection uses. They outlive the connections.
struct Service {
  const AdminPages& pages;
  const bool& is_stopped;  // read before each answer: once it is set, the objects behind `pages` may be gone
  Admission& admission;    // has admitted the connection
  SharedPages& shared;
  const std::shared_ptr<const Access>& access;  // in force now; never null
  Authenticator& authenticator;
};

// Serves `connection` until either side ends it or it has to make room for another; closing its stream ends
// it too. `connection` outlives the coroutine. Throws std::bad_alloc; nothing that a peer does throws.
Awaitable<> serve(Connection& connection, Service service, ConnectionLimits limits);

}  // namespace wayside::admin
