#include "wayside/net/pipe.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

// The number of the process's next descriptor.
int lowest_free_descriptor() {
  const int lowest = ::dup(STDERR_FILENO);
  ::close(lowest);
  return lowest;
}

TEST(Pipe, IsNoneAtFirst) {
  const Pipe none;
  EXPECT_FALSE(none.is_open());
  EXPECT_TRUE(none.empty());
}

TEST(Pipe, GoesBackToItsPoolWhenItIsEmpty) {
  PipePool pool;
  pool.take();
  const int lowest = lowest_free_descriptor();
  for (int i = 0; i < 3; ++i) {
    const Pipe again = pool.take();
    EXPECT_TRUE(again.is_open());
    EXPECT_EQ(lowest_free_descriptor(), lowest) << "it is the same pipe";
  }
}

// Bytes left in it must not reach its next user.
TEST(Pipe, IsClosedWhenItIsNotEmpty) {
  test::IoLoop loop;
  test::Connection connection = test::unix_connection(loop);
  PipePool pool;
  const int lowest = lowest_free_descriptor();
  {
    Pipe pipe = pool.take();
    connection.peer.send("secret");
    EXPECT_EQ(connection.stream.read_some(pipe, 100).value(), 6U);
    EXPECT_EQ(pipe.size(), 6U);
    EXPECT_GT(lowest_free_descriptor(), lowest);
  }
  EXPECT_EQ(lowest_free_descriptor(), lowest);
  EXPECT_TRUE(pool.take().empty());
}

TEST(Pipe, HasOneOwnerAfterAMove) {
  PipePool pool;
  Pipe first = pool.take();
  Pipe second(std::move(first));
  EXPECT_FALSE(first.is_open());
  EXPECT_TRUE(second.is_open());
  first = std::move(second);
  EXPECT_TRUE(first.is_open());
}

TEST(PipePool, KeepsAFewOfMany) {
  PipePool pool;
  const int lowest = lowest_free_descriptor();
  {
    std::vector<Pipe> many;
    for (int i = 0; i < 40; ++i)
      many.push_back(pool.take());
  }
  EXPECT_LT(lowest_free_descriptor(), lowest + 40);
}

TEST(PipePool, HasNoneWithoutDescriptors) {
  PipePool pool;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit lowered = before;
  lowered.rlim_cur = static_cast<rlim_t>(lowest_free_descriptor());
  ::setrlimit(RLIMIT_NOFILE, &lowered);
  const bool is_open = pool.take().is_open();
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_FALSE(is_open);
  EXPECT_TRUE(pool.take().is_open());
}

}  // namespace
}  // namespace wayside::net
