// Responses that wayside makes itself, in place of the backend's: short plain text.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/http/head.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace wayside::http {

struct OwnResponse {
  unsigned status = 0;                  // known to Beast, which has the reason phrase
  std::string_view explanation;         // the body; a newline is added
  Method request_method = Method::get;  // a response to HEAD has no body (RFC 9110 section 9.3.2)
  bool close = true;
  bool announce_keep_alive = false;
  bool ask_to_retry = false;  // after a second, by Retry-After (RFC 9110 section 10.2.3)
  std::string_view date{};    // the Date field (RFC 9110 section 6.6.1); empty: none
};

// Each returns the size of the response written into `out`, or nothing if it does not fit; `out` is then
// unspecified. 512 bytes suffice, apart from the explanation or the echoed head.
std::optional<std::size_t> write_own_response(const OwnResponse& response, std::span<char> out) noexcept;

// 200 to an OPTIONS addressed to this hop (Max-Forwards: 0, RFC 9110 section 7.6.2). Ignores status and
// explanation.
std::optional<std::size_t> write_options_response(const OwnResponse& response, std::span<char> out) noexcept;

// 200 to a TRACE addressed to this hop: echoes the request line, and the fields that are sensitive in no
// application (RFC 9110 section 9.3.8). Ignores status and explanation.
std::optional<std::size_t> write_trace_response(const OwnResponse& response, const RequestHead& head,
                                                std::span<char> out) noexcept;

}  // namespace wayside::http
