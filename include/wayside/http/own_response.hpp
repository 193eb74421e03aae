// The responses that wayside makes itself: short plain text, for when there is no backend's to relay.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/http/head.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace wayside::http {

struct OwnResponse {
  unsigned status = 0;                  // one of Beast's, which has the reason phrase too
  std::string_view explanation;         // the body, a newline is added
  Method request_method = Method::get;  // HEAD gets the head alone (RFC 9110 section 9.3.2)
  bool close = true;
  bool announce_keep_alive = false;
  bool ask_to_retry = false;  // in a second: Retry-After (RFC 9110 section 10.2.3)
  std::string_view date{};    // the Date field (RFC 9110 section 6.6.1); empty: none
};

// Each returns the size of the whole response written into `out`, or nothing where it does not fit, `out`
// being unspecified then. 512 bytes and the explanation always do.
std::optional<std::size_t> write_own_response(const OwnResponse& response, std::span<char> out) noexcept;

// 200 to an OPTIONS that asks this hop (Max-Forwards: 0, RFC 9110 section 7.6.2). Status and explanation do
// not matter.
std::optional<std::size_t> write_options_response(const OwnResponse& response, std::span<char> out) noexcept;

// 200 to a TRACE that asks this hop: the request line as it came, and of its fields those that can hold
// nothing sensitive, whatever the application (RFC 9110 section 9.3.8).
std::optional<std::size_t> write_trace_response(const OwnResponse& response, const RequestHead& head,
                                                std::span<char> out) noexcept;

}  // namespace wayside::http
