#include "wayside/accesslog/ring.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace wayside::accesslog {
namespace {

std::string take_all(Ring& ring) {
  std::string taken;
  for (auto front = ring.front(); !front.empty(); front = ring.front()) {
    taken.append(front.data(), front.size());
    ring.consume(front.size());
  }
  return taken;
}

TEST(Ring, RefusesWhatDoesNotFitWhole) {
  Ring ring(8);
  EXPECT_TRUE(ring.push("12345"));
  EXPECT_FALSE(ring.push("6789"));
  EXPECT_TRUE(ring.push("678"));
  EXPECT_FALSE(ring.push("9"));
  EXPECT_EQ(take_all(ring), "12345678");
}

TEST(Ring, GoesRound) {
  Ring ring(8);
  for (int i = 0; i < 100; ++i) {
    const std::string text = std::to_string(i) + "abc";
    EXPECT_TRUE(ring.push(text));
    EXPECT_EQ(take_all(ring), text);
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
    taken += take_all(ring);
  writer.join();
  EXPECT_EQ(taken, expected);
}

}  // namespace
}  // namespace wayside::accesslog
