// What an exchange does with the readiness set all the time costs no allocation once it was done before.
#include "wayside/net/buffer.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/task.hpp"

#include "allocation/allocations.hpp"
#include "support/connection.hpp"
#include "support/io_loop.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string_view>

namespace wayside::net {
namespace {

// How many allocations `step` makes over many runs, after one to get warm.
template <class Step>
std::size_t allocations_of(Step&& step) {
  step();
  const std::size_t before = test::allocation_count();
  for (int i = 0; i < 100; ++i)
    step();
  return test::allocation_count() - before;
}

TEST(AllocationCount, Counts) {
  EXPECT_GE(allocations_of([] { ::operator delete(::operator new(100)); }), 100U);
}

TEST(StreamWatches, AllocateNothing) {
  test::IoLoop loop;
  test::Connection connection = test::unix_connection(loop);
  test::CountingWaiter waiter;
  Stream& stream = connection.stream;
  stream.set_waiter(&waiter);
  const auto write_until_full = [&] {
    static constexpr std::array<char, 4096> kBytes{};
    const boost::asio::const_buffer piece(kBytes.data(), kBytes.size());
    std::size_t total = 0;
    while (const auto count = stream.write_some({&piece, 1}))
      total += *count;
    return total;
  };
  EXPECT_EQ(allocations_of([&] {
              const int wakes = waiter.wakes();
              stream.watch_readable();
              const std::size_t sent = write_until_full();
              stream.watch_writable();
              connection.peer.skip_exactly(sent);
              connection.peer.send("a");
              std::array<char, 16> bytes;
              test::run_until(
                  loop, [&] { return waiter.wakes() != wakes && stream.readable() && stream.writable(); });
              EXPECT_EQ(stream.read_some(bytes).value(), 1U);
              EXPECT_TRUE(stream.writable());
            }),
            0U);
}

TEST(DeadlineMoves, AllocateNothing) {
  using namespace std::chrono_literals;
  test::IoLoop loop;
  DeadlineWheel wheel(loop);
  test::CountingWaiter waiter;
  Deadline deadline(wheel, waiter);
  EXPECT_EQ(allocations_of([&] {
              deadline.expire_at(Clock::now() + 10s);
              deadline.expire_at(Clock::now() + 60s);
              deadline.expire_at(Clock::now() + 5s);
              deadline.clear();
            }),
            0U);
}

TEST(Buffers, AreRecycled) {
  BufferPool pool;
  EXPECT_EQ(allocations_of([&] {
              Buffer buffer;
              buffer.reserve_for_read(pool);
              buffer.commit(100);
              buffer.shrink(pool);
              buffer.reserve_for_read(pool);
            }),
            0U);
}

// An object whose coroutines live in its pool.
class Owner {
 public:
  FramePool& frame_pool() noexcept { return pool_; }
  Task<int> outer(int value) {
    const int inner_value = co_await inner(value);
    co_return inner_value + 1;
  }
  Task<int> inner(int value) { co_return value; }
  Detached run(int& result) {
    const int value = co_await outer(1);
    result += value;
  }

 private:
  FramePool pool_;
};

TEST(CoroutineFrames, AreRecycledByThePoolOfTheirObject) {
  Owner owner;
  int result = 0;
  EXPECT_EQ(allocations_of([&] { owner.run(result); }), 0U);
  EXPECT_EQ(result, 2 * 101);
}

}  // namespace
}  // namespace wayside::net
