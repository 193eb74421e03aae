// The path in a request target (RFC 9112 section 3.2).
#pragma once

#include <string_view>

namespace wayside {

// A target in absolute-form from its path on, query and fragment included. An empty path of an http URI is
// "/" (RFC 9110 section 4.2.3). Empty where `target` has another form. The view shows part of `target`, or a
// text of static storage duration.
std::string_view skip_authority(std::string_view target) noexcept;

// A target in origin-form or absolute-form from its path on; it begins with "/". Empty where the target has
// no path: asterisk-form, authority-form, or no target at all. The view is that of skip_authority().
inline std::string_view from_path_on(std::string_view target) noexcept {
  return target.starts_with('/') ? target : skip_authority(target);
}

// from_path_on() without query and fragment.
std::string_view path_of(std::string_view target) noexcept;

}  // namespace wayside
