// Reads Connection fields.
#pragma once

#include "wayside/http/head.hpp"
#include "wayside/http/violation.hpp"

#include <optional>
#include <string_view>

namespace wayside::http {

// Adds what one Connection field says to what the others said; nothing, or what is wrong with it.
std::optional<Violation> read_connection_options(std::string_view value, ConnectionOptions& options) noexcept;

}  // namespace wayside::http
