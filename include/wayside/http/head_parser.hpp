// Parses a complete message head into views.
//
// Boost.Beast's basic_parser reads the lines; this parser also refuses what Beast accepts against RFC 9112
// sections 2 to 5. A request gets no leniency: requests are smuggled between two readers that repair
// differently. A response may have two faults that are common among backends and that Beast refuses: a status
// line without its second space, and folded lines of any length.
#pragma once

#include "wayside/http/head.hpp"
#include "wayside/http/violation.hpp"

#include <optional>
#include <span>

namespace wayside::http {

// `bytes` is exactly one head, as measured by HeadScanner. Returns nothing, or the first violation; `head` is
// then unspecified. Checks grammar, Host and the form of the target, not framing.
std::optional<Violation> parse_request_head(std::span<const char> bytes, RequestHead& head);

// The same for a response. A folded field line is unfolded in place (RFC 9112 section 5.2), so `bytes` may
// change, even on failure.
std::optional<Violation> parse_response_head(std::span<char> bytes, ResponseHead& head);

}  // namespace wayside::http
