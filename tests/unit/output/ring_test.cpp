#include "wayside/output/ring.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace wayside::output {
namespace {

std::string take(Ring& ring, std::size_t size = 256) {
  std::string taken(size, '\0');
  taken.resize(ring.take_lines(taken));
  return taken;
}

TEST(Ring, RefusesWhatDoesNotFitWhole) {
  Ring ring(8);
  EXPECT_TRUE(ring.push("1234\n"));
  EXPECT_FALSE(ring.push("678\n"));
  EXPECT_TRUE(ring.push("67\n"));
  EXPECT_FALSE(ring.push("\n"));
  EXPECT_EQ(take(ring), "1234\n67\n");
}

TEST(Ring, GivesWholeLines) {
  Ring ring(16);
  EXPECT_TRUE(ring.push("12\n"));
  EXPECT_TRUE(ring.push("456\n"));
  EXPECT_EQ(take(ring, 2), "");
  EXPECT_EQ(take(ring, 6), "12\n");
  EXPECT_EQ(take(ring, 4), "456\n");
  EXPECT_EQ(take(ring), "");
}

TEST(Ring, GoesRound) {
  Ring ring(8);
  for (int i = 0; i < 100; ++i) {
    const std::string text = std::to_string(i) + "abc\n";
    EXPECT_TRUE(ring.push(text));
    EXPECT_EQ(take(ring), text);
  }
}

TEST(Ring, LosesNothingBetweenTwoThreads) {
  constexpr int kLines = 20'000;
  Ring ring(256);
  std::thread writer([&] {
    for (int i = 0; i < kLines; ++i) {
      const std::string line = std::to_string(i) + "\n";
      while (!ring.push(line))
        std::this_thread::yield();
    }
  });
  std::string expected;
  for (int i = 0; i < kLines; ++i)
    expected += std::to_string(i) + "\n";
  std::string taken;
  while (taken.size() < expected.size())
    taken += take(ring);
  writer.join();
  EXPECT_EQ(taken, expected);
}

}  // namespace
}  // namespace wayside::output
