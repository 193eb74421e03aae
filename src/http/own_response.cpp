#include "wayside/http/own_response.hpp"

#include "http/appender.hpp"

#include <boost/beast/http/status.hpp>

#include <ostream>  // status.hpp uses it without including it

namespace wayside::http {
namespace {

std::string_view reason_phrase(unsigned status) noexcept {
  return boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
}

void write_head(Appender& out, const OwnResponse& response, unsigned status, std::string_view content_type,
                std::size_t content_length) noexcept {
  out.text("HTTP/1.1 ");
  out.number(status);
  out.text(" ");
  out.text(reason_phrase(status));
  out.text("\r\n");
  if (!response.date.empty()) {
    out.text("Date: ");
    out.text(response.date);
    out.text("\r\n");
  }
  if (!content_type.empty()) {
    out.text("Content-Type: ");
    out.text(content_type);
    out.text("\r\n");
  }
  out.text("Content-Length: ");
  out.number(content_length);
  out.text("\r\n");
  if (response.ask_to_retry) out.text("Retry-After: 1\r\n");
  if (response.close) {
    out.text("Connection: close\r\n");
  } else if (response.announce_keep_alive) {
    out.text("Connection: keep-alive\r\n");
  }
  out.text("\r\n");
}

// RFC 9110 section 9.3.8 asks the recipient to exclude fields that are likely to be sensitive. Only the
// application knows them all: X-Api-Key, X-Amz-Security-Token, or a field in which a proxy in front names the
// user. So only harmless fields are shown: the purpose of a TRACE (its route and its host), and the fields of
// content negotiation and caching. Fields that name clients or internal addresses (Forwarded,
// X-Forwarded-For, From, Referer) are not among them.
bool is_shown_to_trace(field name) noexcept {
  switch (name) {
    case field::host:
    case field::via:
    case field::max_forwards:
    case field::user_agent:
    case field::accept:
    case field::accept_charset:
    case field::accept_encoding:
    case field::accept_language:
    case field::cache_control:
    case field::pragma:
    case field::connection:
    case field::te:
      return true;
    default:
      return false;
  }
}

// Calls `write` with each piece of a request head, leaving out hidden fields.
template <class Write>
void for_each_traced_piece(const RequestHead& head, Write write) {
  write(head.method_token);
  write(std::string_view(" "));
  write(head.target);
  write(std::string_view(head.minor_version == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n"));
  for (const Field& field : head.fields) {
    if (is_shown_to_trace(field.id)) write(std::string_view(field.name.data(), field.line_end));
  }
  write(std::string_view("\r\n"));
}

}  // namespace

std::optional<std::size_t> write_own_response(const OwnResponse& response,
                                              std::span<char> out_span) noexcept {
  const std::string_view reason = reason_phrase(response.status);
  constexpr std::string_view kSeparator = ": ";
  Appender out(out_span);
  write_head(out, response, response.status, "text/plain; charset=utf-8",
             reason.size() + kSeparator.size() + response.explanation.size() + 1);
  if (response.request_method != Method::head) {
    out.text(reason);
    out.text(kSeparator);
    out.text(response.explanation);
    out.text("\n");
  }
  return out.size();
}

std::optional<std::size_t> write_options_response(const OwnResponse& response,
                                                  std::span<char> out_span) noexcept {
  Appender out(out_span);
  write_head(out, response, 200, {}, 0);
  return out.size();
}

std::optional<std::size_t> write_trace_response(const OwnResponse& response, const RequestHead& head,
                                                std::span<char> out_span) noexcept {
  std::size_t size = 0;
  for_each_traced_piece(head, [&](std::string_view piece) { size += piece.size(); });
  Appender out(out_span);
  write_head(out, response, 200, "message/http", size);
  for_each_traced_piece(head, [&](std::string_view piece) { out.text(piece); });
  return out.size();
}

}  // namespace wayside::http
