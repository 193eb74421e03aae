// A message head together with the bytes that its views point into, and heads as text.
#pragma once

#include "wayside/http/framing.hpp"
#include "wayside/http/head.hpp"
#include "wayside/http/head_parser.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wayside::test {

struct ParsedRequest {
  explicit ParsedRequest(std::string_view text)
      : bytes(text), violation(http::parse_request_head(bytes, head)) {}
  ParsedRequest(const ParsedRequest&) = delete;
  ParsedRequest& operator=(const ParsedRequest&) = delete;

  std::string bytes;
  http::RequestHead head;
  std::optional<http::Violation> violation;
};

struct ParsedResponse {
  explicit ParsedResponse(std::string_view text)
      : bytes(text), violation(http::parse_response_head(bytes, head)) {}
  ParsedResponse(const ParsedResponse&) = delete;
  ParsedResponse& operator=(const ParsedResponse&) = delete;

  std::string bytes;
  http::ResponseHead head;
  std::optional<http::Violation> violation;
};

// One line "name: value" per field, in order.
template <class Head>
std::string field_lines(const Head& head) {
  std::string lines;
  for (const http::Field& field : head.fields) {
    lines.append(field.name).append(": ").append(field.value).append("\n");
  }
  return lines;
}

// "none", "length 5", "chunked", "until close".
inline std::string to_text(const http::Framing& framing) {
  using enum http::Framing::Kind;
  if (framing.kind == kLength) return "length " + std::to_string(framing.length);
  return framing.kind == kNone ? "none" : framing.kind == kChunked ? "chunked" : "until close";
}

}  // namespace wayside::test
