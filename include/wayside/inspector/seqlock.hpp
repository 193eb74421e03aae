// A value of several words with one writing thread and any number of reading ones: a reader gets a value that
// was written as a whole, and tries again where one is just being written.
//
// The writer never waits, so it may be a worker. The words are atomics, and so there is no race in the sense
// of the language; the order of the fences is that of Boehm's "Can seqlocks get along with programming
// language memory models?" (2012).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>

namespace wayside::inspector {

template <class T>
class Seqlock {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // The writer only.
  void write(const T& value) noexcept {
    Words words{};
    std::memcpy(words.data(), &value, sizeof(T));
    const std::uint32_t version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_relaxed);  // odd: under way
    std::atomic_thread_fence(std::memory_order_release);
    for (std::size_t i = 0; i < words.size(); ++i)
      words_[i].store(words[i], std::memory_order_relaxed);
    version_.store(version + 2, std::memory_order_release);
  }

  // Any thread. Waits for the writer only as long as it takes to copy a value.
  T read() const noexcept {
    for (;;) {
      Words words{};
      const std::uint32_t before = version_.load(std::memory_order_acquire);
      for (std::size_t i = 0; i < words.size(); ++i)
        words[i] = words_[i].load(std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 != 0 || version_.load(std::memory_order_relaxed) != before) continue;
      T value{};
      std::memcpy(static_cast<void*>(&value), words.data(), sizeof(T));
      return value;
    }
  }

 private:
  using Words = std::array<std::uint64_t, (sizeof(T) + 7) / 8>;

  std::atomic<std::uint32_t> version_{0};
  std::array<std::atomic<std::uint64_t>, std::tuple_size_v<Words>> words_{};
};

}  // namespace wayside::inspector
