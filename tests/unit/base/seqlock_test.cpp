#include "wayside/base/seqlock.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

namespace wayside {
namespace {

struct Odd {
  std::array<char, 13> text{};
};

TEST(Seqlock, HoldsNothingBeforeTheFirstWrite) {
  const Seqlock<Odd> lock;
  EXPECT_FALSE(lock.read());
  EXPECT_FALSE(lock.try_read());
}

TEST(Seqlock, HoldsWhatWasWrittenLast) {
  Seqlock<Odd> lock;
  Odd odd;
  for (const char c : {'x', 'y'}) {
    odd.text.fill(c);
    lock.write(odd);
    ASSERT_TRUE(lock.read() && lock.try_read());
    EXPECT_EQ(lock.read()->text, odd.text);
    EXPECT_EQ(lock.try_read()->text, odd.text);
  }
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
    for (const auto& value : {lock.read(), lock.try_read()}) {
      if (!value) continue;
      for (const std::uint64_t word : *value)
        EXPECT_EQ(word, (*value)[0]);
      EXPECT_GE((*value)[0], last);
      last = (*value)[0];
    }
  }
  writer.join();
  EXPECT_EQ(lock.read().value()[15], 20'000U);
}

}  // namespace
}  // namespace wayside
