// Exemplars: for a bucket, one observation that fell into it and the trace that it belongs to.
//
// Written by a worker and read by the scrape without locks. An exemplar is several words that only mean
// something together, so each slot is a sequence lock with one writer: a reader that catches the writer at
// work tries again, and after a few times goes without.
#pragma once

#include "wayside/metrics/observation.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace wayside::metrics {

struct Exemplar {
  TraceContext trace;
  std::int64_t value = 0;         // in the unit of its histogram
  std::int64_t timestamp_ns = 0;  // since the Unix epoch
};

class ExemplarSlot {
 public:
  // The writer only.
  void store(const Exemplar& exemplar) noexcept {
    const std::uint64_t version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_relaxed);
    // No word below may be seen before the odd version (Boehm, "Can seqlocks get along with programming
    // language memory models?", figure 5).
    std::atomic_thread_fence(std::memory_order_release);
    const std::array words = to_words(exemplar);
    for (std::size_t i = 0; i < words.size(); ++i)
      words_[i].store(words[i], std::memory_order_relaxed);
    version_.store(version + 2, std::memory_order_release);
  }

  // Any thread. Nothing before the first store.
  std::optional<Exemplar> load() const noexcept {
    constexpr int kAttempts = 8;
    for (int i = 0; i < kAttempts; ++i) {
      const std::uint64_t before = version_.load(std::memory_order_acquire);
      if (before == 0) return std::nullopt;
      std::array<std::uint64_t, kWords> words;
      for (std::size_t word = 0; word < kWords; ++word)
        words[word] = words_[word].load(std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 == 0 && version_.load(std::memory_order_relaxed) == before) return from_words(words);
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kWords = 5;

  static std::array<std::uint64_t, kWords> to_words(const Exemplar& exemplar) noexcept {
    return {exemplar.trace.trace_id_high, exemplar.trace.trace_id_low, exemplar.trace.span_id,
            static_cast<std::uint64_t>(exemplar.value), static_cast<std::uint64_t>(exemplar.timestamp_ns)};
  }
  static Exemplar from_words(const std::array<std::uint64_t, kWords>& words) noexcept {
    return {{words[0], words[1], words[2]},
            static_cast<std::int64_t>(words[3]),
            static_cast<std::int64_t>(words[4])};
  }

  std::atomic<std::uint64_t> version_{0};  // odd: the writer is at work
  std::array<std::atomic<std::uint64_t>, kWords> words_{};
};

// One slot for each of the first values of a block; used are those of buckets.
class ExemplarSlots {
 public:
  // Throws std::bad_alloc.
  explicit ExemplarSlots(std::size_t count)
      : count_(count), slots_(std::make_unique<ExemplarSlot[]>(count)) {}

  std::size_t size() const noexcept { return count_; }
  ExemplarSlot& operator[](std::size_t offset) noexcept { return slots_[offset]; }
  const ExemplarSlot& operator[](std::size_t offset) const noexcept { return slots_[offset]; }

 private:
  std::size_t count_;
  std::unique_ptr<ExemplarSlot[]> slots_;
};

}  // namespace wayside::metrics
