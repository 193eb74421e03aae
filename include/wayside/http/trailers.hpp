// Which fields of a trailer section are forwarded (RFC 9110 section 6.5.1).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace wayside::http {

// Whether a field of that name is allowed in a trailer section. Forbidden are fields for framing, routing,
// authentication, request modification, content description and connection control, and those in which
// proxies describe the client: a recipient that merges trailers into the head would trust them. A name with
// "_" for "-" counts as the name with "-", as such a recipient may not tell them apart.
bool may_be_trailer(std::string_view name) noexcept;

// Removes the lines of forbidden fields, in place, from a trailer section that BodyCursor has checked.
// Returns the size of the rest.
std::size_t keep_allowed_trailers(std::span<char> lines) noexcept;

}  // namespace wayside::http
