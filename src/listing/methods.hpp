// The methods of a route as a listing writes them.
#pragma once

#include "wayside/base/method.hpp"

#include <optional>
#include <string_view>

namespace wayside::listing {

// "GET, HEAD", "GET|POST", "GET": tokens of upper-case letters and hyphens between commas, bars or blanks.
// Nothing where the text is anything else. "ANY", "ALL" and "*" stand for every method, which is the empty
// set; so does a list with all of GET, HEAD, POST, PUT, DELETE, OPTIONS and PATCH, as `app.all()` makes it.
// Methods that no route can name (PROPFIND) are left out; a list of them alone is every method.
std::optional<MethodSet> read_methods(std::string_view text);

// The empty set where `methods` has all of those, else `methods`.
MethodSet simplified(MethodSet methods) noexcept;

}  // namespace wayside::listing
