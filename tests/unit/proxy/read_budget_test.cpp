#include "proxy/read_budget.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"

#include <gtest/gtest.h>

namespace wayside::proxy {
namespace {

class ReadBudgetTest : public testing::Test {
 protected:
  ReadBudgetTest() { stream_.set_waiter(&waiter_); }

  // How many reads the budget allows while the stream is readable.
  int spend_all(ReadBudget& budget, bool on_pipes = false) {
    int reads = 0;
    while (budget.spend(stream_)) {
      ++reads;
      if (on_pipes) budget.spend_on_pipe();
    }
    return reads;
  }
  void make_readable() {
    connection_.peer.send("a");
    EXPECT_TRUE(run_until(loop_, [&] { return stream_.readable(); }));
  }

  test::IoLoop loop_;
  test::Connection connection_ = test::unix_connection(loop_);
  net::Stream& stream_ = connection_.stream;
  test::CountingWaiter waiter_;
};

TEST_F(ReadBudgetTest, WatchesAStreamWithoutBytes) {
  ReadBudget budget;
  EXPECT_FALSE(budget.spend(stream_));
  test::run_ready(loop_);
  EXPECT_EQ(waiter_.wakes(), 0);
  make_readable();
  EXPECT_EQ(waiter_.wakes(), 1);
  EXPECT_TRUE(budget.spend(stream_)) << "that cost nothing";
}

// The others have their turn, and then it goes on without another event.
TEST_F(ReadBudgetTest, YieldsWhenItIsSpent) {
  make_readable();
  ReadBudget budget;
  const int reads = spend_all(budget);
  EXPECT_GE(reads, 2);
  EXPECT_LE(reads, 64);
  EXPECT_FALSE(stream_.readable());
  ASSERT_TRUE(run_until(loop_, [&] { return stream_.readable(); }));
  EXPECT_EQ(waiter_.wakes(), 1);
  EXPECT_FALSE(budget.spend(stream_)) << "the budget is that of one turn";
  ReadBudget next;
  ASSERT_TRUE(run_until(loop_, [&] { return stream_.readable(); }));
  EXPECT_EQ(spend_all(next), reads);
}

TEST_F(ReadBudgetTest, CountsAPipeAsSeveralReads) {
  make_readable();
  ReadBudget memory;
  const int reads = spend_all(memory);
  ASSERT_TRUE(run_until(loop_, [&] { return stream_.readable(); }));
  ReadBudget pipes;
  const int pipe_reads = spend_all(pipes, true);
  EXPECT_GE(pipe_reads, 1);
  EXPECT_LE(2 * pipe_reads, reads);
}

}  // namespace
}  // namespace wayside::proxy
