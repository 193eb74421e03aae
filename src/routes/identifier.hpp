// Does a segment of a path identify one thing among many, or is it a word of the program?
//
// A heuristic. Its answers never change between versions, since metrics of different days are compared; the
// test has the table of them.
#pragma once

#include <string_view>

namespace wayside::routes {

// `segment` belongs to a normalized path. Never allocates. Linear in its length.
bool looks_like_identifier(std::string_view segment) noexcept;

}  // namespace wayside::routes
