#include "config/size.hpp"

#include <array>
#include <charconv>

namespace wayside::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array kUnits = {
    Unit{"GiB", std::uint64_t{1} << 30U},
    Unit{"MiB", std::uint64_t{1} << 20U},
    Unit{"KiB", std::uint64_t{1} << 10U},
    Unit{"B", 1},
};

}  // namespace

Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t max) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit_name(stop, static_cast<std::size_t>(end - stop));
  for (const Unit& unit : kUnits) {
    if (error != std::errc{} || number == 0 || unit_name != unit.name) continue;
    if (number > max / unit.bytes) return expected("at most " + size_to_string(max), text);
    return number * unit.bytes;
  }
  return expected("a size such as 512B, 8KiB, 1MiB or 2GiB", text);
}

std::string size_to_string(std::uint64_t bytes) {
  for (const Unit& unit : kUnits) {
    if (bytes % unit.bytes == 0) return std::to_string(bytes / unit.bytes) + std::string(unit.name);
  }
  return std::to_string(bytes) + "B";
}

}  // namespace wayside::config
