#include "proxy/request_plan.hpp"

#include "wayside/base/text.hpp"
#include "wayside/http/token_list.hpp"

#include <charconv>
#include <string_view>
#include <system_error>

namespace wayside::proxy {
namespace {

// Whether any line of the field lists the token.
bool lists(const http::Fields& fields, http::field name, std::string_view wanted) {
  bool found = false;
  if (!fields.contains(name)) return found;
  for (const http::Field& field : fields) {
    if (field.id != name) continue;
    http::for_each_token(field.value, [&](std::string_view token) {
      found = found || equals_ignoring_case(token, wanted);
      return !found;
    });
  }
  return found;
}

// RFC 9110 section 7.8: Upgrade takes effect only with its connection option, and never in HTTP/1.0. A
// request with a body would have to send it first; ignoring the field is always allowed. An upgrade to "h2c"
// would be a tunnel around every rule here, and is obsolete (RFC 9113 section 3.1).
bool asks_for_upgrade(const http::RequestHead& head, const http::Framing& framing) {
  return head.connection.upgrade && head.minor_version != 0 && !framing.has_body() &&
         head.fields.contains(http::field::upgrade) && !lists(head.fields, http::field::upgrade, "h2c");
}

// A value that is not a number is ignored and goes on as it is.
std::optional<std::uint64_t> max_forwards_of(const http::RequestHead& head) {
  if (head.method != Method::options && head.method != Method::trace) return std::nullopt;
  const http::Field* const field = head.fields.find(http::field::max_forwards);
  if (field == nullptr) return std::nullopt;
  std::uint64_t hops = 0;
  const char* const end = field->value.data() + field->value.size();
  const auto [stop, error] = std::from_chars(field->value.data(), end, hops);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return hops;
}

}  // namespace

RequestPlan plan_request(const http::RequestHead& head, const http::Limits& limits) {
  const bool is_http10 = head.minor_version == 0;
  const auto rejected = [&](http::Violation violation) {
    return RequestPlan{.method = head.method, .is_http10 = is_http10, .violation = violation};
  };
  const auto framing = http::request_framing(head);
  if (!framing) return rejected(framing.error());
  if (limits.body && framing->length > *limits.body) return rejected(http::Violation::kBodyTooLarge);
  return {
      .method = head.method,
      .is_http10 = is_http10,
      // Persistence is the default of HTTP/1.1 and has to be asked for in HTTP/1.0.
      .keeps_alive = !head.connection.close && (!is_http10 || head.connection.keep_alive),
      .wants_upgrade = asks_for_upgrade(head, *framing),
      .expects_continue = framing->has_body() && lists(head.fields, http::field::expect, "100-continue"),
      .framing = *framing,
      .max_forwards = max_forwards_of(head),
  };
}

}  // namespace wayside::proxy
