#include "wayside/inspector/seqlock.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

namespace wayside::inspector {
namespace {

TEST(Seqlock, HoldsWhatWasWrittenLast) {
  struct Odd {
    std::array<char, 13> text{};
  };
  Seqlock<Odd> lock;
  EXPECT_EQ(lock.read().text[12], 0);
  Odd odd;
  odd.text.fill('x');
  lock.write(odd);
  EXPECT_EQ(lock.read().text, odd.text);
}

TEST(Seqlock, NeverShowsPartOfAValue) {
  using Value = std::array<std::uint64_t, 16>;
  Seqlock<Value> lock;
  std::atomic<bool> is_over{false};
  std::thread writer([&] {
    Value value{};
    for (std::uint64_t i = 1; i <= 20'000; ++i) {
      value.fill(i);
      lock.write(value);
    }
    is_over = true;
  });
  std::uint64_t last = 0;
  while (!is_over) {
    const Value value = lock.read();
    for (const std::uint64_t word : value)
      ASSERT_EQ(word, value[0]);
    ASSERT_GE(value[0], last);
    last = value[0];
  }
  writer.join();
  EXPECT_EQ(lock.read()[15], 20'000U);
}

}  // namespace
}  // namespace wayside::inspector
