#include "wayside/net/task.hpp"

#include "wayside/net/wakeup.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

// Symmetric transfer costs no stack if the compiler makes tail calls, which g++ does when it optimises.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr int kDepth = 100'000;
#else
constexpr int kDepth = 1'000;
#endif

using Trace = std::vector<std::string>;

// Awaits `task` and keeps its result.
template <class T>
Detached run(Task<T> task, std::optional<T>& result, std::string* error = nullptr) {
  try {
    result = co_await std::move(task);
  } catch (const std::exception& exception) {
    if (error != nullptr) *error = exception.what();
  }
}

Task<int> add(int a, int b) {
  co_return a + b;
}

TEST(Task, ReturnsAValue) {
  std::optional<int> result;
  run(add(2, 3), result);
  EXPECT_EQ(result, 5);
}

Task<std::unique_ptr<int>> make_int(int value) {
  co_return std::make_unique<int>(value);
}

TEST(Task, ReturnsMoveOnlyValues) {
  std::optional<std::unique_ptr<int>> result;
  run(make_int(7), result);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(**result, 7);
}

Task<> note(Trace& trace, std::string what) {
  trace.push_back(std::move(what));
  co_return;
}

Task<int> note_around(Trace& trace) {
  trace.push_back("before");
  co_await note(trace, "inside");
  trace.push_back("after");
  co_return 0;
}

TEST(Task, StartsWhenItIsAwaitedAndReturnsToItsCaller) {
  Trace trace;
  Task<int> task = note_around(trace);
  EXPECT_EQ(trace, Trace());
  std::optional<int> result;
  run(std::move(task), result);
  EXPECT_EQ(trace, Trace({"before", "inside", "after"}));
}

Task<int> wait_then(Wakeup& wakeup, int value) {
  co_await wakeup.wait();
  co_return value;
}

Task<int> sum_of_waits(Wakeup& wakeup) {
  const int first = co_await wait_then(wakeup, 1);
  const int second = co_await wait_then(wakeup, 2);
  co_return first + second;
}

TEST(Task, ResumesItsCallersWhenTheInnermostOneGoesOn) {
  Wakeup wakeup;
  std::optional<int> result;
  run(sum_of_waits(wakeup), result);
  wakeup.wake();
  EXPECT_FALSE(result.has_value());
  wakeup.wake();
  EXPECT_EQ(result, 3);
}

Task<int> fail_after(Wakeup& wakeup) {
  co_await wakeup.wait();
  throw std::runtime_error("failed");
}

Task<int> pass_on(Wakeup& wakeup) {
  co_return 1 + co_await fail_after(wakeup);
}

TEST(Task, LetsAnExceptionThrough) {
  Wakeup wakeup;
  std::optional<int> result;
  std::string error;
  run(pass_on(wakeup), result, &error);
  EXPECT_EQ(error, "");
  wakeup.wake();
  EXPECT_EQ(error, "failed");
  EXPECT_FALSE(result.has_value());
}

Task<> fail_with_nothing_to_return() {
  throw std::runtime_error("failed");
  co_return;
}

Task<int> survive() {
  try {
    co_await fail_with_nothing_to_return();
  } catch (const std::runtime_error&) {
    co_return 1;
  }
  co_return 0;
}

TEST(Task, LetsACallerSurviveAnException) {
  std::optional<int> result;
  run(survive(), result);
  EXPECT_EQ(result, 1);
}

Task<int> hold(std::shared_ptr<int> value, Wakeup& wakeup) {
  co_await wakeup.wait();
  co_return *value;
}

TEST(Task, FreesItsArgumentsWhetherItRanOrNot) {
  const auto value = std::make_shared<int>(1);
  Wakeup wakeup;
  {
    const Task<int> never_awaited = hold(value, wakeup);
    EXPECT_EQ(value.use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 1);

  std::optional<int> result;
  run(hold(value, wakeup), result);
  EXPECT_EQ(value.use_count(), 2);
  wakeup.wake();
  EXPECT_EQ(result, 1);
  EXPECT_EQ(value.use_count(), 1);
}

Task<int> count_down(int from) {
  if (from == 0) co_return 0;
  co_return 1 + co_await count_down(from - 1);
}

TEST(Task, NestsDeeplyWithoutTheStack) {
  std::optional<int> result;
  run(count_down(kDepth), result);
  EXPECT_EQ(result, kDepth);
}

Task<int> await_many(int times) {
  int sum = 0;
  for (int i = 0; i < times; ++i)
    sum += co_await add(0, 1);
  co_return sum;
}

// Each task completes at once: resuming the caller by a nested call would overflow the stack.
TEST(Task, LoopsOverCompleteTasksWithoutTheStack) {
  std::optional<int> result;
  run(await_many(kDepth), result);
  EXPECT_EQ(result, kDepth);
}

// An object whose coroutines live in its pool.
class Owner {
 public:
  FramePool& frame_pool() noexcept { return pool_; }
  Task<int> twice(int value) { co_return 2 * co_await plus(value, value) / 2; }
  Task<int> plus(int a, int b) { co_return a + b; }

 private:
  FramePool pool_;
};

// tests/allocation shows that the pool serves the second run; this test shows that no frame is lost.
TEST(Task, TakesItsFrameFromThePoolOfItsObject) {
  Owner owner;
  for (int i = 0; i < 3; ++i) {
    std::optional<int> result;
    run(owner.twice(i), result);
    EXPECT_EQ(result, 2 * i);
  }
}

TEST(DetachedDeathTest, EndsTheProcessWhenItThrows) {
  const auto throw_nowhere = []() -> Detached {
    throw std::runtime_error("nobody catches this");
    co_return;
  };
  EXPECT_DEATH(throw_nowhere(), "nobody catches this");
}

}  // namespace
}  // namespace wayside::net
