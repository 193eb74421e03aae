// Points in time as RFC 3339 writes them, in UTC: "2026-11-23T05:00:00.000Z".
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wayside {

// The text of one point in time. Never allocates.
class Rfc3339 {
 public:
  enum class Precision : std::uint8_t { kSeconds, kMilliseconds };

  // Rounded towards the past. Every time of the clock has a year of four digits: its nanoseconds end in 2262.
  explicit Rfc3339(std::chrono::system_clock::time_point time,
                   Precision precision = Precision::kMilliseconds) noexcept;

  // Valid as long as the object.
  std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  void write_digits(std::size_t at, std::size_t count, unsigned value) noexcept;

  std::array<char, 24> text_;
  std::size_t size_;
};

}  // namespace wayside
