// A bounded queue of lines from one thread to another, without locks.
//
// One writer, one reader. Lines that do not fit are refused whole: the writer never waits.
#pragma once

#include "wayside/output/line_source.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace wayside::output {

class Ring final : public LineSource {
 public:
  // `capacity` is a power of two. Memory is touched only as lines come. Throws std::bad_alloc.
  explicit Ring(std::size_t capacity)
      : capacity_(capacity), bytes_(std::make_unique_for_overwrite<char[]>(capacity)) {}

  // Called by the writer with one or several whole lines. False if there is no room for all of them.
  bool push(std::string_view text) noexcept {
    const std::size_t written = written_.load(std::memory_order_relaxed);
    if (text.size() > capacity_ - (written - read_.load(std::memory_order_acquire))) return false;
    const std::size_t at = written & (capacity_ - 1);
    const std::size_t before_the_end = std::min(text.size(), capacity_ - at);
    std::memcpy(bytes_.get() + at, text.data(), before_the_end);
    std::memcpy(bytes_.get(), text.data() + before_the_end, text.size() - before_the_end);
    written_.store(written + text.size(), std::memory_order_release);
    return true;
  }

  // Called by the reader.
  std::size_t take_lines(std::span<char> out) noexcept override {
    const std::size_t read = read_.load(std::memory_order_relaxed);
    std::size_t size = std::min(written_.load(std::memory_order_acquire) - read, out.size());
    const std::size_t at = read & (capacity_ - 1);
    const std::size_t before_the_end = std::min(size, capacity_ - at);
    std::memcpy(out.data(), bytes_.get() + at, before_the_end);
    std::memcpy(out.data() + before_the_end, bytes_.get(), size - before_the_end);
    while (size != 0 && out[size - 1] != '\n')
      --size;
    read_.store(read + size, std::memory_order_release);
    return size;
  }

 private:
  const std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;
  // Bytes since the beginning, on separate cache lines, so that writer and reader do not contend.
  alignas(64) std::atomic<std::size_t> written_{0};
  alignas(64) std::atomic<std::size_t> read_{0};
};

}  // namespace wayside::output
