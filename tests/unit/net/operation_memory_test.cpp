#include "wayside/net/operation_memory.hpp"

#include "wayside/net/types.hpp"

#include "support/failing_memory.hpp"
#include "support/io_loop.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;

class OperationMemoryTest : public testing::Test {
 protected:
  void post(OperationMemory& memory) {
    boost::asio::post(loop_.io, memory.bind([this] { ++calls_; }));
  }

  test::IoLoop loop_;
  int calls_ = 0;
};

TEST_F(OperationMemoryTest, ServesOneOperationAfterAnother) {
  OperationMemory memory;
  const test::FailingMemory no_memory;
  for (int i = 1; i <= 3; ++i) {
    EXPECT_FALSE(memory.is_used());
    post(memory);
    EXPECT_TRUE(memory.is_used());
    test::run_ready(loop_);
    EXPECT_EQ(calls_, i);
  }
  EXPECT_FALSE(memory.is_used());
  EXPECT_FALSE(no_memory.has_failed());
}

TEST_F(OperationMemoryTest, IsFreeAgainInsideTheHandler) {
  OperationMemory memory;
  std::function<void()> again = [&] {
    EXPECT_FALSE(memory.is_used());
    if (++calls_ < 3) boost::asio::post(loop_.io, memory.bind([&] { again(); }));
  };
  const test::FailingMemory no_memory;
  boost::asio::post(loop_.io, memory.bind([&] { again(); }));
  test::run_ready(loop_);
  EXPECT_EQ(calls_, 3);
}

TEST_F(OperationMemoryTest, LeavesASecondOperationToTheHeap) {
  OperationMemory memory;
  post(memory);
  post(memory);
  {
    const test::FailingMemory no_memory;
    EXPECT_THROW(post(memory), std::bad_alloc);
  }
  test::run_ready(loop_);
  EXPECT_EQ(calls_, 2);
  EXPECT_FALSE(memory.is_used());
}

// AddressSanitizer sees a use of memory that is gone, and memory that nothing frees.
TEST_F(OperationMemoryTest, LivesAsLongAsItsOperation) {
  std::optional<OperationMemory> memory(std::in_place);
  post(*memory);
  memory.reset();
  test::run_ready(loop_);
  EXPECT_EQ(calls_, 1) << "the handler is called for all that";

  memory.emplace();
  post(*memory);
  memory.reset();
  // The io_context destroys the operation without a call.
}

TEST_F(OperationMemoryTest, LivesAsLongAsAnOperationOnTheHeap) {
  std::optional<OperationMemory> memory(std::in_place);
  post(*memory);
  post(*memory);
  memory.reset();
  test::run_ready(loop_);
  EXPECT_EQ(calls_, 2);
}

TEST_F(OperationMemoryTest, IsGivenBackByAnOperationThatWasCancelled) {
  OperationMemory memory;
  Timer timer(loop_.readiness.executor());
  timer.expires_after(1h);
  error_code why;
  timer.async_wait(memory.bind([&](const error_code& ec) { why = ec; }));
  timer.cancel();
  EXPECT_TRUE(memory.is_used()) << "its handler is due";
  test::run_ready(loop_);
  EXPECT_EQ(why, boost::asio::error::operation_aborted);
  EXPECT_FALSE(memory.is_used());
}

TEST_F(OperationMemoryTest, DestroysTheHandler) {
  const auto alive = std::make_shared<int>(0);
  OperationMemory memory;
  boost::asio::post(loop_.io, memory.bind([alive] {}));
  EXPECT_EQ(alive.use_count(), 2);
  test::run_ready(loop_);
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace wayside::net
