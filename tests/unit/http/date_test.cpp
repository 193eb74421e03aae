#include "wayside/http/date.hpp"

#include <gtest/gtest.h>

namespace wayside::http {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

// The example of RFC 9110 section 5.6.7.
TEST(DateText, WritesTheFixedForm) {
  DateText date;
  EXPECT_EQ(date.at(system_clock::time_point(seconds(784111777))), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(DateText, FollowsTheClockBothWays) {
  DateText date;
  EXPECT_EQ(date.at(system_clock::time_point()), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date.at(system_clock::time_point(seconds(951782399))), "Mon, 28 Feb 2000 23:59:59 GMT");
  EXPECT_EQ(date.at(system_clock::time_point(seconds(951782400))), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(date.at(system_clock::time_point(seconds(1))), "Thu, 01 Jan 1970 00:00:01 GMT");
}

}  // namespace
}  // namespace wayside::http
