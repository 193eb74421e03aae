// One client of the metrics listener, from accept to close: read a head, answer it, again.
//
// Knows HTTP framing and time limits; what an answer says is decided in pages.hpp. Speed is not its aim: it
// serves one scrape every few seconds. It gives nothing away to a peer that is slow, silent or hostile
// either: heads are bounded, bodies are never read, and every wait has an end.
#pragma once

#include "wayside/admin/admin_server.hpp"
#include "wayside/net/types.hpp"

#include "admin/admission.hpp"
#include "admin/shared_pages.hpp"

#include <chrono>
#include <cstddef>

namespace wayside::admin {

using net::Awaitable;

struct ConnectionLimits {
  std::size_t head_bytes = 8 * 1024;
  std::chrono::milliseconds head = std::chrono::seconds(10);  // first byte, or accept, to complete head
  std::chrono::milliseconds idle =
      std::chrono::minutes(2);  // between requests: longer than anyone's scrape interval
  std::chrono::milliseconds write = std::chrono::seconds(30);  // a whole response
  std::chrono::milliseconds linger = std::chrono::seconds(2);  // our last byte to the client's close
};

// What connections are served with. All that it refers to outlives them.
struct Service {
  const AdminPages& pages;
  const bool& is_stopped;  // looked at before each answer: once it is set, what `pages` refers to may be gone
  Admission& admission;    // has admitted the connection
  SharedPages& shared;
};

// Serves `connection` until either side is done with it, or it has to make room for another, then returns;
// closing its stream makes it return early. `connection` outlives the returned coroutine. What a peer does is
// never an exception; std::bad_alloc and what pages.is_ready throws are.
Awaitable<> serve(Connection& connection, Service service, ConnectionLimits limits);

}  // namespace wayside::admin
