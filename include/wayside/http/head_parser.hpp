// Parses a complete message head into views.
//
// Each byte is looked at once and checked against the grammar of RFC 9112 sections 2 to 5, without leniency
// towards a sender that is wrong: two readers that repair differently are how requests get smuggled. A tenth
// of a proxy's instructions are spent here, so it is written for speed: no byte is copied and no call is
// virtual.
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
// change.
std::optional<Violation> parse_response_head(std::span<char> bytes, ResponseHead& head);

}  // namespace wayside::http
