#include "config/quantities.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <span>
#include <system_error>

namespace wayside::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// The largest first.
constexpr std::array kDurationUnits = {
    Unit{"h", 3'600'000},
    Unit{"m", 60'000},
    Unit{"s", 1'000},
    Unit{"ms", 1},
};
constexpr std::array kSizeUnits = {
    Unit{"GiB", std::uint64_t{1} << 30U},
    Unit{"MiB", std::uint64_t{1} << 20U},
    Unit{"KiB", std::uint64_t{1} << 10U},
    Unit{"B", 1},
};

// A text in the shape of a quantity.
struct Quantity {
  std::uint64_t number = 0;
  const Unit* unit = nullptr;  // null: the text has another shape
  bool overflows = false;      // the number is beyond 64 bits

  bool is_within(std::uint64_t min, std::uint64_t max) const noexcept {
    return !overflows && number <= max / unit->factor && number * unit->factor >= min;
  }
};

Quantity split(std::string_view text, std::span<const Unit> units) {
  Quantity quantity;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, quantity.number);
  quantity.overflows = error == std::errc::result_out_of_range;
  if (stop == text.data()) return quantity;
  const std::string_view name(stop, static_cast<std::size_t>(end - stop));
  for (const Unit& unit : units) {
    if (unit.name == name) quantity.unit = &unit;
  }
  return quantity;
}

std::string print(std::uint64_t amount, std::span<const Unit> units) {
  const Unit* unit = units.data();
  while (amount % unit->factor != 0)
    ++unit;  // ends at the last, whose factor is 1
  return fmt::format("{}{}", amount / unit->factor, unit->name);
}

std::string alternative(std::string_view or_word) {
  return or_word.empty() ? std::string() : fmt::format(", or {}", or_word);
}

}  // namespace

Parsed<Milliseconds> parse_duration(std::string_view text, Milliseconds least) {
  const Quantity quantity = split(text, kDurationUnits);
  if (quantity.unit == nullptr) return expected("a duration such as 250ms, 3s, 5m or 1h", text);
  if (!quantity.is_within(static_cast<std::uint64_t>(least.count()),
                          static_cast<std::uint64_t>(kMaxDuration.count()))) {
    return expected(describe_duration(least), text);
  }
  return Milliseconds{quantity.number * quantity.unit->factor};
}

Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t max, std::string_view or_word) {
  const Quantity quantity = split(text, kSizeUnits);
  if (quantity.unit == nullptr || quantity.number == 0 || quantity.overflows) {
    return expected("a size such as 512B, 8KiB, 1MiB or 2GiB" + alternative(or_word), text);
  }
  if (!quantity.is_within(1, max)) {
    return expected(fmt::format("at most {}{}", print_size(max), alternative(or_word)), text);
  }
  return quantity.number * quantity.unit->factor;
}

Parsed<std::size_t> parse_count(std::string_view text, std::size_t min, std::size_t max,
                                std::string_view or_word) {
  std::size_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc{} && stop == end && count >= min && count <= max) return count;
  return expected(describe_count(min, max, or_word), text);
}

Parsed<double> parse_decimal(std::string_view text, std::string_view description) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return expected(description, text);
  return number;
}

std::string describe_duration(Milliseconds least) {
  return fmt::format("a duration from {} to {}", print_duration(least), print_duration(kMaxDuration));
}

std::string describe_size(std::uint64_t max, std::string_view or_word) {
  const bool is_bounded = max < INT64_MAX;
  return (is_bounded ? "a size of at most " + print_size(max) : "a size such as 8KiB or 2GiB") +
         alternative(or_word);
}

std::string describe_count(std::size_t min, std::size_t max, std::string_view or_word) {
  const std::string to_max = max == SIZE_MAX ? std::string() : fmt::format(" to {}", max);
  return fmt::format("a number from {}{}{}", min, to_max, alternative(or_word));
}

std::string print_duration(Milliseconds duration) {
  if (duration == Milliseconds{0}) return "0s";
  return print(static_cast<std::uint64_t>(duration.count()), kDurationUnits);
}

std::string print_size(std::uint64_t bytes) {
  return print(bytes, kSizeUnits);
}

std::string print_decimal(double number) {
  return fmt::format("{}", number);
}

}  // namespace wayside::config
