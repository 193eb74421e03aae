// One request and its response.
//
// An exchange owns both legs: it reads the request from the client, finds its route, gets a connection to the backend,
// relays both messages in both directions at once, and at the end decides what may be used again and what is
// counted. Everything that can go wrong is a Failure, and everything ends in finish().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "wayside/http/violation.hpp"
#include "wayside/net/task.hpp"
#include "wayside/proxy/failure.hpp"

namespace wayside::proxy {

// What becomes of the client's connection.
enum class AfterExchange : std::uint8_t {
  kKeepAlive,
  kClose,   // nothing is on its way in either direction
  kLinger,  // the client may still be sending; see Session::linger
};

// Serves the request whose complete head is the first `head_size` bytes of client.in. Takes the whole request out of
// client.in, and nothing of the next one.
net::Task<AfterExchange> serve_request(Context& context, ClientConnection& client, std::size_t head_size);

// Answers what never became a request.
net::Task<AfterExchange> refuse_request(Context& context, ClientConnection& client, Failure failure,
                                        std::optional<http::Violation> violation);

}  // namespace wayside::proxy
