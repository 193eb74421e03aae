// Which fields of a trailer section may go on (RFC 9110 section 6.5.1).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace wayside::http {

// Whether a field of that name means anything after the body. Fields for framing, routing, authentication,
// request modification, content description and connection control do not, and neither do those by which
// proxies speak of the client: whoever merges trailers into the head would take them for the head's. Nor may
// any of them in a spelling with "_" for "-", which such a reader may not tell apart.
bool may_be_trailer(std::string_view name) noexcept;

// Removes the lines of the others from a trailer section that BodyCursor has checked, in place. Returns how
// many bytes are left.
std::size_t keep_allowed_trailers(std::span<char> lines) noexcept;

}  // namespace wayside::http
