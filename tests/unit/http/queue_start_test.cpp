#include "wayside/http/queue_start.hpp"

#include <gtest/gtest.h>

namespace wayside::http {
namespace {

using namespace std::chrono_literals;

const std::chrono::system_clock::time_point kNow(1'700'000'000'500ms);

TEST(QueueStart, TellsTheUnitFromTheNumber) {
  for (const std::string_view value : {"t=1700000000.250", "1700000000.25", "1700000000250",
                                       "t=1700000000250", "t=1700000000250000", "1700000000250000000"}) {
    const auto elapsed = time_since_queue_start(value, kNow);
    ASSERT_TRUE(elapsed) << value;
    EXPECT_LT(std::chrono::abs(*elapsed - 250ms), 2us) << value;
  }
  EXPECT_EQ(time_since_queue_start("1700000000", kNow), 500ms) << "whole seconds";
}

TEST(QueueStart, ClampsSkew) {
  EXPECT_EQ(time_since_queue_start("1700000000.600", kNow), 0ns);
  EXPECT_EQ(time_since_queue_start("1800000000", kNow), 0ns);
  EXPECT_TRUE(time_since_queue_start("1699999401", kNow));
  EXPECT_FALSE(time_since_queue_start("1699999399", kNow)) << "ten minutes and more";
}

TEST(QueueStart, RefusesOtherValues) {
  for (const std::string_view value : {"", "t=", "t", "x=1700000000", "-1", "0", "t=0", "1e9", "inf", "nan",
                                       "1700000000s", " 1700000000", "99999999999999999999999999"}) {
    EXPECT_FALSE(time_since_queue_start(value, kNow)) << value;
  }
}

}  // namespace
}  // namespace wayside::http
