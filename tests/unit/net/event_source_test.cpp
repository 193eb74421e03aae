#include "wayside/net/event_source.hpp"

#include "wayside/net/readiness_set.hpp"

#include "support/failing_memory.hpp"
#include "support/io_loop.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

using test::run_ready;
using test::run_until;

// A source on one end of a pair of sockets; the test holds the other.
class Source final : public EventSource {
 public:
  explicit Source(ReadinessSet& set) : EventSource(set) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
      throw std::runtime_error("no socketpair");
    peer = Descriptor(ends[1]);
    if (open(Descriptor(ends[0]), EPOLLIN)) throw std::runtime_error("no epoll");
  }

  void tell(std::string_view bytes) const {
    EXPECT_EQ(::write(peer.number(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  void on_events(std::uint32_t events) override {
    ++calls;
    last_events = events;
    const auto call = on_event;  // which may destroy this
    if (call) call();
  }

  Descriptor peer;
  int calls = 0;
  std::uint32_t last_events = 0;
  std::function<void()> on_event;
};

class EventSourceTest : public testing::Test {
 protected:
  test::IoLoop loop_;
};

TEST_F(EventSourceTest, ReportsEachChangeOnce) {
  Source source(loop_.readiness);
  run_ready(loop_);
  EXPECT_EQ(source.calls, 0) << "nobody asked whether it is writable";
  source.tell("a");
  run_ready(loop_);
  EXPECT_EQ(source.calls, 1);
  EXPECT_EQ(source.last_events, EPOLLIN);
  run_ready(loop_);
  EXPECT_EQ(source.calls, 1) << "unread bytes are no news";
  source.tell("b");
  run_ready(loop_);
  EXPECT_EQ(source.calls, 2);
}

TEST_F(EventSourceTest, ReportsConditionsAlreadyTrue) {
  Source source(loop_.readiness);
  source.tell("a");
  run_ready(loop_);
  ASSERT_FALSE(source.change(EPOLLIN | EPOLLOUT));
  run_ready(loop_);
  EXPECT_EQ(source.calls, 2);
  EXPECT_EQ(source.last_events, EPOLLIN | EPOLLOUT);
}

TEST_F(EventSourceTest, ReportsTheEndTogetherWithTheBytes) {
  Source source(loop_.readiness);
  ASSERT_FALSE(source.change(EPOLLIN | EPOLLRDHUP));
  source.tell("a");
  ::shutdown(source.peer.number(), SHUT_WR);
  run_ready(loop_);
  EXPECT_EQ(source.calls, 1);
  EXPECT_EQ(source.last_events, EPOLLIN | EPOLLRDHUP);
}

TEST_F(EventSourceTest, ReportsNothingOnceItIsClosed) {
  Source source(loop_.readiness);
  source.tell("a");
  source.close();
  source.close();
  EXPECT_FALSE(source.is_open());
  EXPECT_EQ(source.descriptor(), -1);
  run_ready(loop_);
  EXPECT_EQ(source.calls, 0);
}

// A stale event, in nginx's words: the kernel has reported it together with the event that ends its source.
TEST_F(EventSourceTest, ReportsNoStaleEventOfItsBatch) {
  std::vector<std::unique_ptr<Source>> sources;
  int calls = 0;
  for (int i = 0; i < 10; ++i) {
    sources.push_back(std::make_unique<Source>(loop_.readiness));
    sources.back()->on_event = [&] {
      ++calls;
      sources.clear();
    };
    sources.back()->tell("a");
  }
  run_ready(loop_);
  EXPECT_EQ(calls, 1);
}

// The kernel gives a new descriptor the number of one just closed, which may have an event in the same batch.
TEST_F(EventSourceTest, ReportsNoStaleEventToASuccessorWithItsNumber) {
  std::unique_ptr<Source> first = std::make_unique<Source>(loop_.readiness);
  std::unique_ptr<Source> second = std::make_unique<Source>(loop_.readiness);
  std::vector<std::unique_ptr<Source>> successors;
  const auto replace = [&](std::unique_ptr<Source>& other) {
    const int number = other->descriptor();
    other.reset();
    while (successors.empty() || (successors.back()->descriptor() != number && successors.size() < 4))
      successors.push_back(std::make_unique<Source>(loop_.readiness));
  };
  first->on_event = [&] { replace(second); };
  second->on_event = [&] { replace(first); };
  first->tell("a");
  second->tell("a");
  run_ready(loop_);
  EXPECT_FALSE(successors.empty());
  for (const auto& successor : successors)
    EXPECT_EQ(successor->calls, 0);
}

TEST_F(EventSourceTest, ReportsARaiseInTheNextTurn) {
  Source source(loop_.readiness);
  source.raise();
  source.raise();
  EXPECT_EQ(source.calls, 0) << "never from within the call";
  EXPECT_TRUE(test::take_turn(loop_)) << "without waiting";
  EXPECT_EQ(source.calls, 1);
  EXPECT_EQ(source.last_events, EPOLLIN);
  EXPECT_FALSE(test::take_turn(loop_));
}

// A source that always has work left does not starve others.
TEST_F(EventSourceTest, IsNotStarvedByOneThatIsRaisedAgainAndAgain) {
  Source busy(loop_.readiness);
  Source other(loop_.readiness);
  busy.on_event = [&] { busy.raise(); };
  busy.raise();
  other.tell("a");
  for (int handlers = 0; handlers < 4; ++handlers)
    test::take_turn(loop_);
  EXPECT_EQ(other.calls, 1);
  EXPECT_GE(busy.calls, 2);
}

// An event of the kernel comes in the turn of a raised source.
TEST_F(EventSourceTest, IsToldOnceInATurnWhenItIsRaisedAgainBefore) {
  Source source(loop_.readiness);
  source.on_event = [&] {
    if (source.calls == 1) source.raise();
  };
  source.raise();
  source.tell("a");
  run_ready(loop_);
  EXPECT_EQ(source.calls, 2);
}

TEST_F(EventSourceTest, IsRaisedWithoutMemory) {
  Source source(loop_.readiness);
  source.on_event = [&] {
    if (source.calls < 3) source.raise();
  };
  const test::FailingMemory no_memory;
  source.raise();
  run_ready(loop_);
  EXPECT_EQ(source.calls, 3);
}

TEST_F(EventSourceTest, IsToldWithoutMemory) {
  Source source(loop_.readiness);
  const test::FailingMemory no_memory;
  for (int calls = 1; calls <= 3; ++calls) {
    source.tell("a");
    run_ready(loop_);
    EXPECT_EQ(source.calls, calls);
  }
}

TEST_F(EventSourceTest, IsNotRaisedWhileItIsClosed) {
  Source source(loop_.readiness);
  source.close();
  source.raise();
  EXPECT_FALSE(test::take_turn(loop_));
  EXPECT_EQ(source.calls, 0);
}

TEST_F(EventSourceTest, MayEndWhileItIsRaised) {
  auto first = std::make_unique<Source>(loop_.readiness);
  auto second = std::make_unique<Source>(loop_.readiness);
  int calls = 0;
  const auto end_both = [&] {
    ++calls;
    second.reset();
    first.reset();
  };
  first->on_event = second->on_event = end_both;
  first->raise();
  second->raise();
  run_ready(loop_);
  EXPECT_EQ(calls, 1);
}

TEST_F(EventSourceTest, ClosesADescriptorThatEpollRefuses) {
  Source source(loop_.readiness);
  source.close();
  Descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));  // which epoll refuses
  const int number = file.number();
  EXPECT_EQ(source.open(std::move(file), EPOLLIN), boost::system::errc::operation_not_permitted);
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
  EXPECT_FALSE(source.is_open());
}

}  // namespace
}  // namespace wayside::net
