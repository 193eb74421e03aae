#include "app/backend_state.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>

namespace wayside::app {
namespace {

using namespace std::chrono_literals;

class BackendStateTest : public testing::Test {
 protected:
  void fail(std::uint64_t count = 1) { state_.note_failures(count, "refused", now_); }
  void answer() { state_.note_answer(now_); }
  void pass(Milliseconds time) { now_ += time; }
  // The line that is due now, as text.
  std::string line() {
    const auto line = state_.take_line(now_);
    if (!line) return "none";
    switch (line->kind) {
      case BackendState::Line::Kind::kFails:
        return fmt::format("fails {} {}", line->failures, line->reason);
      case BackendState::Line::Kind::kIsBack:
        return fmt::format("back {} {}ms", line->failures, line->failed_for.count());
      case BackendState::Line::Kind::kFailed:
        break;
    }
    return fmt::format("failed {} {}", line->failures, line->reason);
  }

  BackendState state_;
  TimePoint now_ = Clock::now();
};

TEST_F(BackendStateTest, IsNotKnownBeforeTheFirstResult) {
  EXPECT_EQ(state_.is_up(), std::nullopt);
  EXPECT_EQ(line(), "none");
  answer();
  EXPECT_EQ(state_.is_up(), true);
  EXPECT_EQ(line(), "none") << "nothing has changed";
  EXPECT_EQ(state_.line_due_at(), std::nullopt);
}

TEST_F(BackendStateTest, TellsOfTheBeginningAndOfTheEndOfAnOutage) {
  fail();
  EXPECT_EQ(state_.is_up(), false);
  EXPECT_EQ(line(), "fails 1 refused");
  for (int i = 0; i < 100; ++i) {
    pass(100ms);
    fail();
    EXPECT_EQ(line(), "none");
  }
  EXPECT_EQ(state_.failed_at(), now_);
  pass(100ms);
  answer();
  EXPECT_EQ(state_.is_up(), true);
  EXPECT_EQ(line(), "back 101 10100ms") << "the failure of the first line is one of them";
  EXPECT_EQ(line(), "none");
}

TEST_F(BackendStateTest, TellsOfTheEndOfAShortOutageAtOnce) {
  fail();
  EXPECT_EQ(line(), "fails 1 refused");
  pass(1s);
  answer();
  EXPECT_EQ(line(), "back 1 1000ms");
}

TEST_F(BackendStateTest, TellsOfTheNextOutageOnceTheLogWasQuiet) {
  fail();
  EXPECT_EQ(line(), "fails 1 refused");
  const TimePoint told_at = now_;
  pass(1s);
  answer();
  EXPECT_EQ(line(), "back 1 1000ms");
  pass(1s);
  fail();
  EXPECT_EQ(line(), "none");
  EXPECT_EQ(state_.line_due_at(), told_at + BackendState::kQuiet);
  pass(3s);
  fail();
  EXPECT_EQ(line(), "fails 2 refused");
  answer();
  EXPECT_EQ(line(), "back 2 3000ms");
}

TEST_F(BackendStateTest, TellsAtLastWhatIsNotDueYet) {
  EXPECT_FALSE(state_.take_last_line());
  fail();
  EXPECT_EQ(line(), "fails 1 refused");
  answer();
  EXPECT_EQ(line(), "back 1 0ms");
  fail();
  answer();
  EXPECT_EQ(line(), "none");
  const auto last = state_.take_last_line();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->kind, BackendState::Line::Kind::kFailed);
  EXPECT_EQ(last->failures, 1U);
}

TEST_F(BackendStateTest, TellsABackendThatFailsByTurnsOnceInAWhile) {
  int lines = 0;
  for (int i = 0; i < 3000; ++i) {  // 60 s
    fail();
    answer();
    if (line() != "none") ++lines;
    pass(20ms);
  }
  EXPECT_EQ(lines, 12);
}

TEST_F(BackendStateTest, TellsTwoLinesInAWhileOfABackendThatFailsByTurns) {
  int lines = 0;
  for (int i = 0; i < 3000; ++i) {  // 60 s
    fail();
    if (line() != "none") ++lines;
    pass(10ms);
    answer();
    if (line() != "none") ++lines;
    pass(10ms);
  }
  EXPECT_EQ(lines, 24);
}

TEST_F(BackendStateTest, TellsOfFailuresThatAreOver) {
  fail(2);
  answer();
  EXPECT_EQ(line(), "failed 2 refused");
  pass(1s);
  fail(3);
  answer();
  EXPECT_EQ(line(), "none");
  pass(5s);
  EXPECT_EQ(line(), "failed 3 refused");
}

// The last line says that it fails, and so it does.
TEST_F(BackendStateTest, TellsNothingOfAnAnswerAmongFailures) {
  fail();
  EXPECT_EQ(line(), "fails 1 refused");
  pass(1s);
  answer();
  pass(1s);
  fail();
  pass(10s);
  EXPECT_EQ(line(), "none");
  answer();
  EXPECT_EQ(line(), "back 2 12000ms");
}

}  // namespace
}  // namespace wayside::app
