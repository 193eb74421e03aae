#include "wayside/net/event_source.hpp"

#include "wayside/net/event_loop.hpp"

#include "support/event_loop.hpp"

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

// One end of a pair of sockets; the test holds the other.
class Source final : public EventSource {
 public:
  explicit Source(EventLoop& loop) : EventSource(loop) {
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
  EventLoop loop_;
};

TEST_F(EventSourceTest, IsToldOncePerChange) {
  Source source(loop_);
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

TEST_F(EventSourceTest, IsToldWhatIsSoAlreadyWhenItAsksForIt) {
  Source source(loop_);
  source.tell("a");
  run_ready(loop_);
  ASSERT_FALSE(source.change(EPOLLIN | EPOLLOUT));
  run_ready(loop_);
  EXPECT_EQ(source.calls, 2);
  EXPECT_EQ(source.last_events, EPOLLIN | EPOLLOUT);
}

TEST_F(EventSourceTest, IsToldTheEndInTheSameEventAsTheBytesBeforeIt) {
  Source source(loop_);
  ASSERT_FALSE(source.change(EPOLLIN | EPOLLRDHUP));
  source.tell("a");
  ::shutdown(source.peer.number(), SHUT_WR);
  run_ready(loop_);
  EXPECT_EQ(source.calls, 1);
  EXPECT_EQ(source.last_events, EPOLLIN | EPOLLRDHUP);
}

TEST_F(EventSourceTest, IsToldNothingOnceItIsClosed) {
  Source source(loop_);
  source.tell("a");
  source.close();
  source.close();
  EXPECT_FALSE(source.is_open());
  EXPECT_EQ(source.descriptor(), -1);
  run_ready(loop_);
  EXPECT_EQ(source.calls, 0);
  EXPECT_FALSE(loop_.has_work());
}

// nginx calls these stale events: the kernel reported them in one go with the one that ends their source.
TEST_F(EventSourceTest, IsToldNothingOfItsBatchOnceAnotherHasEndedIt) {
  std::vector<std::unique_ptr<Source>> sources;
  int calls = 0;
  for (int i = 0; i < 10; ++i) {
    sources.push_back(std::make_unique<Source>(loop_));
    sources.back()->on_event = [&] {
      ++calls;
      sources.clear();
    };
    sources.back()->tell("a");
  }
  EXPECT_EQ(loop_.turn(Milliseconds(0)), 1U);
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(loop_.has_work());
}

// The number of a closed descriptor is the first that the next one gets, and may be in the same batch.
TEST_F(EventSourceTest, IsNotTakenForItsSuccessorWithTheSameNumber) {
  std::unique_ptr<Source> first = std::make_unique<Source>(loop_);
  std::unique_ptr<Source> second = std::make_unique<Source>(loop_);
  std::vector<std::unique_ptr<Source>> successors;
  const auto replace = [&](std::unique_ptr<Source>& other) {
    const int number = other->descriptor();
    other.reset();
    while (successors.empty() || (successors.back()->descriptor() != number && successors.size() < 4))
      successors.push_back(std::make_unique<Source>(loop_));
  };
  first->on_event = [&] { replace(second); };
  second->on_event = [&] { replace(first); };
  first->tell("a");
  second->tell("a");
  EXPECT_EQ(loop_.turn(Milliseconds(0)), 1U);
  run_ready(loop_);
  for (const auto& successor : successors)
    EXPECT_EQ(successor->calls, 0);
}

TEST_F(EventSourceTest, IsToldInTheNextTurnWhenItIsRaised) {
  Source source(loop_);
  source.raise();
  source.raise();
  EXPECT_EQ(source.calls, 0) << "never from within the call";
  EXPECT_EQ(loop_.turn(test::kPatience), 1U) << "without waiting";
  EXPECT_EQ(source.calls, 1);
  EXPECT_EQ(source.last_events, EPOLLIN);
  EXPECT_EQ(loop_.turn(Milliseconds(0)), 0U);
}

// A source that always has more to do leaves the others their turn.
TEST_F(EventSourceTest, SharesTheLoopWithOneThatIsRaisedAgainAndAgain) {
  Source busy(loop_);
  Source other(loop_);
  busy.on_event = [&] { busy.raise(); };
  busy.raise();
  other.tell("a");
  EXPECT_EQ(loop_.turn(Milliseconds(0)), 2U);
  EXPECT_EQ(other.calls, 1);
  EXPECT_EQ(loop_.turn(Milliseconds(0)), 1U);
  EXPECT_EQ(busy.calls, 2);
}

// An event of the kernel comes in the turn in which a raised source has its turn too.
TEST_F(EventSourceTest, IsToldOnceInATurnWhenItIsRaisedAgainBefore) {
  Source source(loop_);
  source.on_event = [&] { source.raise(); };
  source.raise();
  source.tell("a");
  EXPECT_EQ(loop_.turn(Milliseconds(0)), 1U);
  EXPECT_EQ(source.calls, 1);
}

TEST_F(EventSourceTest, IsNotRaisedWhileItIsClosed) {
  Source source(loop_);
  source.close();
  source.raise();
  EXPECT_EQ(loop_.turn(Milliseconds(0)), 0U);
}

TEST_F(EventSourceTest, MayEndWhileItIsRaised) {
  auto first = std::make_unique<Source>(loop_);
  auto second = std::make_unique<Source>(loop_);
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

TEST_F(EventSourceTest, ClosesWhatItCannotTakeOver) {
  Source source(loop_);
  source.close();
  Descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));  // which epoll does not take
  const int number = file.number();
  EXPECT_EQ(source.open(std::move(file), EPOLLIN), boost::system::errc::operation_not_permitted);
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
  EXPECT_FALSE(source.is_open());
  EXPECT_FALSE(loop_.has_work());
}

}  // namespace
}  // namespace wayside::net
