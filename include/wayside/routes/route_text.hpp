// The text of an entry as frameworks print it: a template, maybe behind its methods.
#pragma once

#include "wayside/base/method.hpp"

#include <string_view>

namespace wayside::routes {

struct RouteText {
  MethodSet methods;      // empty: none are written, or ANY or ALL
  std::string_view path;  // part of the text
};

// "GET /users/{id}" of Go, "GET|POST   /users(.:format)" of Rails, "/users". A method that wayside does not
// know is Method::unknown. No template contains a blank, so nothing else is read so.
RouteText split_methods(std::string_view text) noexcept;

}  // namespace wayside::routes
