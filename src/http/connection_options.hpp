// Reads Connection fields.
#pragma once

#include "wayside/http/head.hpp"
#include "wayside/http/violation.hpp"

#include <optional>
#include <string_view>

namespace wayside::http {

// Adds the options of one Connection field to `options`. Returns nothing, or the first violation.
std::optional<Violation> read_connection_options(std::string_view value, ConnectionOptions& options) noexcept;

}  // namespace wayside::http
