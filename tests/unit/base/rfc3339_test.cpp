#include "wayside/base/rfc3339.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace wayside {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using Precision = Rfc3339::Precision;

std::string text_of(system_clock::time_point time, Precision precision = Precision::kMilliseconds) {
  return std::string(Rfc3339(time, precision).view());
}

TEST(Rfc3339, IsUtcWithMilliseconds) {
  EXPECT_EQ(text_of(system_clock::time_point{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(text_of(system_clock::time_point(1'700'000'000'042ms)), "2023-11-14T22:13:20.042Z");
  EXPECT_EQ(text_of(sys_days(February / 29 / 2024) + 23h + 59min + 59s + 999'999us),
            "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(text_of(system_clock::time_point::min()), "1677-09-21T00:12:43.145Z");
  EXPECT_EQ(text_of(system_clock::time_point::max()), "2262-04-11T23:47:16.854Z");
}

TEST(Rfc3339, LeavesTheFractionOutOfWholeSeconds) {
  EXPECT_EQ(text_of(system_clock::time_point(1'700'000'000'999ms), Precision::kSeconds),
            "2023-11-14T22:13:20Z");
}

TEST(Rfc3339, RoundsTowardsThePastBeforeTheEpochToo) {
  EXPECT_EQ(text_of(system_clock::time_point(-1ms)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(text_of(system_clock::time_point(-1ns), Precision::kSeconds), "1969-12-31T23:59:59Z");
}

}  // namespace
}  // namespace wayside
