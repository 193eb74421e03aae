// Keeps the lines of a Logger.
#pragma once

#include "wayside/base/log.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wayside::test {

// Its memory is reserved in advance, as write() must not throw.
class LogLines final : public LogSink {
 public:
  LogLines() { text_.reserve(kCapacity); }
  void write(std::string_view line) noexcept override {
    if (text_.size() + line.size() <= kCapacity) text_.append(line);
  }
  std::uint64_t dropped() const noexcept override { return 0; }
  const std::string& text() const noexcept { return text_; }

 private:
  static constexpr std::size_t kCapacity = 64UL * 1024;
  std::string text_;
};

}  // namespace wayside::test
