// Checks what a request is addressed to: its target and its Host.
#pragma once

#include "wayside/http/head.hpp"
#include "wayside/http/violation.hpp"

#include <optional>

namespace wayside::http {

// RFC 9112 section 3.2: origin-form, absolute-form, or "*" for OPTIONS alone. Sets `head.authority`. Returns
// nothing, or the violation.
std::optional<Violation> check_target(RequestHead& head) noexcept;

// RFC 9112 section 3.2: exactly one valid Host in HTTP/1.1; HTTP/1.0 may come without.
std::optional<Violation> check_host(const RequestHead& head) noexcept;

}  // namespace wayside::http
