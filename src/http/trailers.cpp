#include "wayside/http/trailers.hpp"

#include "http/field_kinds.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace wayside::http {
namespace {

// Forbidden in addition to the fields set by proxies.
constexpr std::array kForbidden = std::to_array<std::string_view>(
    {// Framing and connection control.
     "transfer-encoding", "content-length", "connection", "keep-alive", "proxy-connection", "te", "trailer",
     "upgrade",
     // Routing.
     "host", "via", "max-forwards", "proxy",
     // Tracing and queueing.
     "traceparent", "tracestate", "baggage", "b3", "x-request-id", "x-correlation-id", "x-request-start",
     "x-queue-start",
     // Authentication and state.
     "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate", "authentication-info",
     "proxy-authentication-info", "cookie", "set-cookie",
     // Request modification.
     "cache-control", "expect", "pragma", "range", "if-match", "if-none-match", "if-modified-since",
     "if-unmodified-since", "if-range",
     // Response metadata.
     "age", "date", "expires", "location", "retry-after", "vary", "warning",
     // Content description.
     "content-encoding", "content-type", "content-range", "content-location"});

}  // namespace

bool may_be_trailer(std::string_view name) noexcept {
  return !is_set_by_proxies(name) && std::ranges::none_of(kForbidden, [&](std::string_view forbidden) {
    return is_spelling_of(name, forbidden);
  });
}

std::size_t keep_allowed_trailers(std::span<char> lines) noexcept {
  std::size_t kept = 0;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::string_view rest(lines.data() + begin, lines.size() - begin);
    const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    if (may_be_trailer(rest.substr(0, rest.find(':')))) {
      std::memmove(lines.data() + kept, lines.data() + begin, size);
      kept += size;
    }
    begin += size;
  }
  return kept;
}

}  // namespace wayside::http
