// Parses a complete message head into views.
//
// Boost.Beast's basic_parser reads the lines; what it lets through and RFC 9112 sections 2 to 5 forbid is
// refused here. A request gets no leniency: two readers that repair differently are how requests get
// smuggled. A response gets what nearly every backend needs some day and Beast refuses: a status line without
// its second space, and folded lines of any length.
#pragma once

#include "wayside/http/head.hpp"
#include "wayside/http/violation.hpp"

#include <optional>
#include <span>

namespace wayside::http {

// `bytes` is exactly one head as HeadScanner measured it. Nothing, or what is wrong with it; `head` is then
// unspecified. Checks grammar, Host and the form of the target, not framing.
std::optional<Violation> parse_request_head(std::span<const char> bytes, RequestHead& head);

// The same for a response. A folded field line is unfolded in place (RFC 9112 section 5.2), so `bytes` may
// change, whatever comes of it.
std::optional<Violation> parse_response_head(std::span<char> bytes, ResponseHead& head);

}  // namespace wayside::http
