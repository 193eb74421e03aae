// What a response's head decides about the exchange, given the request that it answers.
//
// Sans-I/O. A plan is made whole from a head, or not at all.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/http/framing.hpp"
#include "wayside/http/head.hpp"
#include "wayside/http/violation.hpp"

#include "proxy/request_plan.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace wayside::proxy {

struct ResponsePlan {
  enum class Kind : std::uint8_t {
    kInformational,  // 1xx: the final response follows (RFC 9110 section 15.2)
    kSwitch,         // 101: the connection becomes a tunnel (RFC 9110 section 15.2.2)
    kFinal,
  };
  Kind kind = Kind::kFinal;
  unsigned status = 0;
  http::Framing incoming{};      // of the body, as the backend sends it
  http::Framing outgoing{};      // of the body, as the client is sent it
  bool is_event_stream = false;  // its duration says nothing about latency
  bool is_websocket = false;     // of a switch: to the protocol of RFC 6455
  bool close = false;            // the client's connection ends with this response
  bool reusable = false;         // the backend's connection may serve another exchange
  // How long the backend says that it keeps the connection.
  std::optional<std::chrono::seconds> keep_alive{};
};

// What else the plan depends on.
struct ResponseCircumstances {
  bool request_is_sent = false;  // the whole of it
  bool keeps_clients = false;    // Context::keeps_clients()
};

// Or the rule of HTTP that the response breaks.
Checked<ResponsePlan, http::Violation> plan_response(const http::ResponseHead& head,
                                                     const RequestPlan& request,
                                                     ResponseCircumstances circumstances);

}  // namespace wayside::proxy
