// A value of several words with one writing thread and any number of reading threads: a reader gets a value
// that was written, never a mixture of two.
//
// The writer never waits, so it may be a worker. The words are atomics, so there is no data race in the sense
// of the language. The order of the fences is that of Boehm, "Can seqlocks get along with programming
// language memory models?" (2012), figure 5.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <thread>
#include <tuple>
#include <type_traits>

namespace wayside {

template <class T>
class Seqlock {
  static_assert(std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>);

 public:
  // The writer only. Never allocates.
  void write(const T& value) noexcept {
    Words words{};
    std::memcpy(words.data(), &value, sizeof(T));
    const std::uint64_t version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_relaxed);  // odd: a write is under way
    std::atomic_thread_fence(std::memory_order_release);     // before any of the words is seen
    for (std::size_t i = 0; i < words.size(); ++i)
      words_[i].store(words[i], std::memory_order_relaxed);
    version_.store(version + 2, std::memory_order_release);
  }

  // Any thread, without waiting. std::nullopt before the first write, or if a write was under way in each of
  // `attempts` attempts.
  std::optional<T> try_read(int attempts = kAttempts) const noexcept {
    for (int i = 0; i < attempts; ++i) {
      const std::uint64_t before = version_.load(std::memory_order_acquire);
      if (before == 0) return std::nullopt;
      Words words;
      for (std::size_t word = 0; word < words.size(); ++word)
        words[word] = words_[word].load(std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 != 0 || version_.load(std::memory_order_relaxed) != before) continue;
      T value;
      std::memcpy(static_cast<void*>(&value), words.data(), sizeof(T));
      return value;
    }
    return std::nullopt;
  }

  // Any thread but the writing one, since it waits for a write under way. std::nullopt before the first
  // write.
  std::optional<T> read() const noexcept {
    for (;;) {
      if (version_.load(std::memory_order_relaxed) == 0) return std::nullopt;
      if (std::optional<T> value = try_read()) return value;
      std::this_thread::yield();  // the writer may have lost its processor to this thread
    }
  }

 private:
  using Words = std::array<std::uint64_t, (sizeof(T) + 7) / 8>;
  static constexpr int kAttempts = 8;

  std::atomic<std::uint64_t> version_{0};  // odd while a write is under way; never 0 again
  std::array<std::atomic<std::uint64_t>, std::tuple_size_v<Words>> words_{};
};

}  // namespace wayside
