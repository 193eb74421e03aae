// Field names that many backends cannot tell from those that wayside writes or frames by.
#pragma once

#include <string_view>

namespace wayside::http {

// CGI and its heirs turn "-" into "_" on the way in, so X_Forwarded_For would forge what X-Forwarded-For
// says.
bool is_underscore_twin(std::string_view name) noexcept;

}  // namespace wayside::http
