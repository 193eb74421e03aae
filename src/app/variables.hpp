// The variables by which a service manager speaks to the process, which are for this process alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::app {

// The value of an environment variable, which is removed. Before the process has a second thread. Throws
// std::bad_alloc.
std::optional<std::string> take_variable(const char* name);

// A number in decimal digits alone.
std::optional<std::uint64_t> parse_number(std::string_view digits) noexcept;

}  // namespace wayside::app
