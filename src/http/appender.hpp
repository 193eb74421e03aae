// Writes text into a span of fixed size.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace wayside::http {

// Appends to a fixed span. After a piece that does not fit, nothing more is written.
class Appender {
 public:
  explicit Appender(std::span<char> out) noexcept
      : begin_(out.data()), at_(begin_), end_(begin_ + out.size()) {}

  void text(std::string_view text) noexcept { bytes(text.data(), text.data() + text.size()); }
  void bytes(const char* from, const char* to) noexcept {
    const auto size = static_cast<std::size_t>(to - from);
    if (size == 0) return;
    if (size > static_cast<std::size_t>(end_ - at_)) {
      overflowed_ = true;
      end_ = at_;
      return;
    }
    std::memcpy(at_, from, size);
    at_ += size;
  }
  void number(std::uint64_t value) noexcept {
    char digits[20];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    bytes(digits, end);
  }
  std::optional<std::size_t> size() const noexcept {
    if (overflowed_) return std::nullopt;
    return static_cast<std::size_t>(at_ - begin_);
  }

 private:
  char* begin_;
  char* at_;
  char* end_;
  bool overflowed_ = false;
};

}  // namespace wayside::http
