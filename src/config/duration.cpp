#include "config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace wayside::config {
namespace {

struct Unit {
  std::string_view name;
  Milliseconds length;
};

// The largest first.
constexpr std::array kUnits = {
    Unit{"h", std::chrono::hours{1}},
    Unit{"m", std::chrono::minutes{1}},
    Unit{"s", std::chrono::seconds{1}},
    Unit{"ms", Milliseconds{1}},
};

}  // namespace

Parsed<Milliseconds> parse_duration(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::uint64_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  const std::string_view suffix(stop, static_cast<std::size_t>(end - stop));
  for (const Unit& unit : kUnits) {
    if (stop == text.data() || unit.name != suffix) continue;
    const auto most = static_cast<std::uint64_t>(kMaxDuration / unit.length);
    if (error != std::errc{} || count == 0 || count > most) {
      return expected("a duration from 1ms to " + to_string(kMaxDuration), text);
    }
    return unit.length * static_cast<Milliseconds::rep>(count);
  }
  return expected("a duration such as 250ms, 3s, 5m or 1h", text);
}

std::string to_string(Milliseconds duration) {
  for (const Unit& unit : kUnits) {
    if (duration % unit.length == Milliseconds::zero()) {
      return std::to_string(duration / unit.length) + std::string(unit.name);
    }
  }
  return std::to_string(duration.count()) + "ms";
}

}  // namespace wayside::config
