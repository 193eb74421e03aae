#include "admin/attempt_limit.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace wayside::admin {
namespace {

using std::chrono::seconds;

int attempts_at(AttemptLimit& limit, TimePoint now) {
  int attempts = 0;
  while (limit.begin(now))
    ++attempts;
  return attempts;
}

TEST(AttemptLimit, AdmitsABurstAndThenOneEachSecond) {
  AttemptLimit limit;
  const TimePoint start = Clock::now();
  EXPECT_EQ(attempts_at(limit, start), 10);
  EXPECT_EQ(attempts_at(limit, start), 0);
  EXPECT_EQ(attempts_at(limit, start + std::chrono::milliseconds(999)), 0);
  EXPECT_EQ(attempts_at(limit, start + seconds(3)), 3);
  EXPECT_EQ(attempts_at(limit, start + seconds(1000)), 10);
}

TEST(AttemptLimit, CountsNoSuccess) {
  AttemptLimit limit;
  const TimePoint now = Clock::now();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(limit.begin(now));
    limit.take_back();
  }
}

}  // namespace
}  // namespace wayside::admin
