// From a request target to the path that routes are matched on.
//
// The target itself is forwarded byte for byte; what is made here is only looked at. Whatever normalises a
// path before it is matched belongs here, so that the trie and the templates never hear of it.
#pragma once

#include <string_view>

namespace wayside::routes {

// The path of a target in origin-form or absolute-form (RFC 9112 section 3.2), without query and fragment; it
// begins with "/". Empty where the target has no path: asterisk-form, authority-form, or no target at all.
// The view shows part of `target`, or a text of static storage duration.
std::string_view path_of(std::string_view target) noexcept;

}  // namespace wayside::routes
