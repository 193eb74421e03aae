// What a response's head decides about the exchange, given the request that it answers.
//
// Sans-I/O. A plan is made whole from a head, or not at all.
#pragma once

#include "wayside/http/framing.hpp"
#include "wayside/http/head.hpp"

#include "proxy/request_plan.hpp"

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
};

// What else the plan depends on.
struct ResponseCircumstances {
  bool request_is_sent = false;  // the whole of it
  bool keeps_clients = false;    // Context::keeps_clients()
};

// Nothing where the response breaks a rule of HTTP.
std::optional<ResponsePlan> plan_response(const http::ResponseHead& head, const RequestPlan& request,
                                          ResponseCircumstances circumstances);

}  // namespace wayside::proxy
