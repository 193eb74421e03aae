#include "wayside/http/own_response.hpp"

#include <cstdio>

namespace wayside::http {

std::string_view reason_phrase(unsigned status) noexcept {
  switch (status) {
    case 400:
      return "Bad Request";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

std::optional<std::size_t> write_own_response(const OwnResponse& response, std::span<char> out) noexcept {
  const std::string_view reason = reason_phrase(response.status);
  const std::string_view connection = response.close                 ? "Connection: close\r\n"
                                      : response.announce_keep_alive ? "Connection: keep-alive\r\n"
                                                                     : "";
  const std::size_t length = reason.size() + 2 + response.explanation.size() + 1;
  const bool has_body = response.request_method != Method::kHead;
  const int size = std::snprintf(
      out.data(), out.size(),
      "HTTP/1.1 %u %.*s\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Length: %zu\r\n"
      "%.*s"
      "\r\n"
      "%.*s%s%.*s%s",
      response.status, static_cast<int>(reason.size()), reason.data(), length,
      static_cast<int>(connection.size()), connection.data(), has_body ? static_cast<int>(reason.size()) : 0,
      reason.data(), has_body ? ": " : "", has_body ? static_cast<int>(response.explanation.size()) : 0,
      response.explanation.data(), has_body ? "\n" : "");
  if (size < 0 || static_cast<std::size_t>(size) >= out.size()) return std::nullopt;
  return static_cast<std::size_t>(size);
}

}  // namespace wayside::http
