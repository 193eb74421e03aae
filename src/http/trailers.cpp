#include "wayside/http/trailers.hpp"

#include "wayside/http/field_name.hpp"
#include "wayside/http/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace wayside::http {
namespace {

constexpr std::array<std::string_view, 43> kForbidden = {
    // Framing and connection control.
    "transfer-encoding", "content-length", "connection", "keep-alive", "proxy-connection", "te", "trailer",
    "upgrade",
    // Routing.
    "host", "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "via", "max-forwards",
    // Authentication and state.
    "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate", "authentication-info",
    "proxy-authentication-info", "cookie", "set-cookie",
    // What a request asks for.
    "cache-control", "expect", "pragma", "range", "if-match", "if-none-match", "if-modified-since",
    "if-unmodified-since", "if-range",
    // What a response says of itself.
    "age", "date", "expires", "location", "retry-after", "vary", "warning",
    // How to read the content.
    "content-encoding", "content-type", "content-range", "content-location"};

}  // namespace

bool may_be_trailer(std::string_view name) noexcept {
  if (field_name(name) == kUnderscoreTwin) return false;
  return std::none_of(kForbidden.begin(), kForbidden.end(),
                      [&](std::string_view forbidden) { return equals_ignoring_case(name, forbidden); });
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
