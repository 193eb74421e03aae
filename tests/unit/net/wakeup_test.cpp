#include "wayside/net/wakeup.hpp"

#include "wayside/net/task.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace wayside::net {
namespace {

Detached count_wakes(Wakeup& wakeup, int& wakes, int limit) {
  while (wakes < limit) {
    co_await wakeup.wait();
    ++wakes;
  }
}

TEST(Wakeup, ResumesTheWaitingCoroutine) {
  Wakeup wakeup;
  int wakes = 0;
  count_wakes(wakeup, wakes, 2);
  EXPECT_EQ(wakes, 0);
  wakeup.wake();
  EXPECT_EQ(wakes, 1);
  wakeup.wake();
  EXPECT_EQ(wakes, 2);
}

TEST(Wakeup, KeepsAWakeWithoutAWaitingCoroutine) {
  Wakeup wakeup;
  int wakes = 0;
  wakeup.wake();
  wakeup.wake();
  count_wakes(wakeup, wakes, 3);
  EXPECT_EQ(wakes, 1) << "several wakes are one: the waiter looks for itself";
  wakeup.wake();
  wakeup.wake();
  EXPECT_EQ(wakes, 3);
}

Detached own_until_woken(std::unique_ptr<Wakeup> wakeup, bool& is_over) {
  co_await wakeup->wait();
  is_over = true;
}

// AddressSanitizer judges: the Wakeup is not used after its coroutine has destroyed it.
TEST(Wakeup, MayBeGoneWhenWakeReturns) {
  auto wakeup = std::make_unique<Wakeup>();
  Wakeup& alias = *wakeup;
  bool is_over = false;
  own_until_woken(std::move(wakeup), is_over);
  alias.wake();
  EXPECT_TRUE(is_over);
}

}  // namespace
}  // namespace wayside::net
