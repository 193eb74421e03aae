// Does a segment of a path name one thing among many, or is it a word of the program?
//
// A guess, and so a matter of taste; but the same for ever, since metrics of different days are compared. The
// test has the table of what is taken for what.
#pragma once

#include <string_view>

namespace wayside::routes {

// `segment` is one of a normalised path. Never allocates; linear in its length.
bool looks_like_identifier(std::string_view segment) noexcept;

}  // namespace wayside::routes
