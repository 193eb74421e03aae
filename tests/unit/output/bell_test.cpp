#include "output/bell.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace wayside::output {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kLong = 60s;

TEST(Bell, KeepsARingForTheNextWait) {
  Bell bell;
  bell.ring();
  bell.ring();
  EXPECT_TRUE(bell.wait({}));
  const TimePoint start = Clock::now();
  EXPECT_TRUE(bell.wait(Milliseconds{20})) << "the ring was not used up";
  EXPECT_GE(Clock::now() - start, 20ms);
}

TEST(Bell, WakesAThreadThatWaits) {
  Bell bell;
  std::promise<void> rung;
  std::thread thread([&] {
    EXPECT_TRUE(bell.wait({}));
    rung.set_value();
    EXPECT_FALSE(bell.wait({}));
  });
  bell.ring();
  rung.get_future().wait();
  bell.stop(Clock::now());
  thread.join();
}

TEST(Bell, EndsAllWaitsOnceItIsStopped) {
  Bell bell;
  bell.stop(Clock::now() + kLong);
  const TimePoint start = Clock::now();
  EXPECT_FALSE(bell.wait({}));
  EXPECT_FALSE(bell.wait(kLong));
  EXPECT_FALSE(bell.pause(kLong));
  EXPECT_LT(Clock::now() - start, kLong);
}

TEST(Bell, DoesNotCutAPauseShortByARing) {
  Bell bell;
  bell.ring();
  const TimePoint start = Clock::now();
  EXPECT_TRUE(bell.pause(Milliseconds{20}));
  EXPECT_GE(Clock::now() - start, 20ms);
  EXPECT_TRUE(bell.wait({})) << "the pause has used the ring up";
}

TEST(Bell, IsOverAtTheFirstDeadline) {
  Bell bell;
  EXPECT_FALSE(bell.is_over());
  bell.stop(Clock::now() + kLong);
  EXPECT_FALSE(bell.is_over());
  bell.stop(Clock::now());
  EXPECT_FALSE(bell.is_over()) << "the second deadline counts";

  Bell other;
  other.stop(Clock::now());
  EXPECT_TRUE(other.is_over());
}

}  // namespace
}  // namespace wayside::output
