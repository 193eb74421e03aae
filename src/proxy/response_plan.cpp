#include "proxy/response_plan.hpp"

#include "wayside/base/text.hpp"
#include "wayside/http/keep_alive.hpp"

#include <string_view>

namespace wayside::proxy {
namespace {

using Framing = http::Framing;

bool is_event_stream(const http::Fields& fields) {
  const http::Field* const type = fields.find(http::field::content_type);
  constexpr std::string_view kType = "text/event-stream";
  if (type == nullptr || !starts_with_ignoring_case(type->value, kType)) return false;
  // Parameters may follow.
  const std::string_view rest = type->value.substr(kType.size());
  return rest.empty() || rest.front() == ';' || rest.front() == ' ' || rest.front() == '\t';
}

// RFC 6455 section 4.2.2: the answer names this protocol alone, in any case.
bool is_websocket(const http::Fields& fields) {
  const http::Field* const upgrade = fields.find(http::field::upgrade);
  return upgrade != nullptr && equals_ignoring_case(upgrade->value, "websocket");
}

// A body without a length goes on as chunks. An HTTP/1.0 client knows no chunks: for it, such a body ends
// with the connection (RFC 9112 section 6.3).
Framing framing_for_client(Framing incoming, const RequestPlan& request) {
  using enum Framing::Kind;
  if (incoming.kind == kChunked || incoming.kind == kUntilClose)
    incoming.kind = request.is_http10 ? kUntilClose : kChunked;
  return incoming;
}

// 101 is only an answer to an Upgrade, and names the protocol that follows.
bool may_switch(const http::ResponseHead& head, const RequestPlan& request,
                ResponseCircumstances circumstances) {
  return request.wants_upgrade && circumstances.request_is_sent && head.fields.contains(http::field::upgrade);
}

}  // namespace

Checked<ResponsePlan, http::Violation> plan_response(const http::ResponseHead& head,
                                                     const RequestPlan& request,
                                                     ResponseCircumstances circumstances) {
  using enum ResponsePlan::Kind;
  const auto framing = http::response_framing(head, request.method);
  if (!framing) return framing.error();
  if (head.status == 101) {
    if (!may_switch(head, request, circumstances)) return http::Violation::kUnaskedSwitch;
    return ResponsePlan{.kind = kSwitch, .status = head.status, .is_websocket = is_websocket(head.fields)};
  }
  if (head.status / 100 == 1) return ResponsePlan{.kind = kInformational, .status = head.status};

  const Framing outgoing = framing_for_client(*framing, request);
  const bool backend_closes = head.connection.close || framing->kind == Framing::Kind::kUntilClose ||
                              (head.minor_version != 1 && !head.connection.keep_alive);
  return ResponsePlan{
      .kind = kFinal,
      .status = head.status,
      .incoming = *framing,
      .outgoing = outgoing,
      .is_event_stream = framing->kind != Framing::Kind::kNone && is_event_stream(head.fields),
      // A response that comes before the request is complete ends the connection: the rest of the request may
      // never be read (RFC 9112 section 9.6).
      .close = !request.keeps_alive || !circumstances.keeps_clients || !circumstances.request_is_sent ||
               outgoing.kind == Framing::Kind::kUntilClose,
      .reusable = !backend_closes,
      .keep_alive = http::keep_alive_timeout(head.fields),
  };
}

}  // namespace wayside::proxy
