#include "app/variables.hpp"

#include <charconv>
#include <cstdlib>
#include <system_error>

namespace wayside::app {

std::optional<std::string> take_variable(const char* name) {
  const char* const found = std::getenv(name);
  if (found == nullptr) return std::nullopt;
  std::string value = found;
  ::unsetenv(name);
  return value;
}

std::optional<std::uint64_t> parse_number(std::string_view digits) noexcept {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace wayside::app
