#include "proxy/backend_pool.hpp"

#include "wayside/metrics/registry.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;
using test::run_until;

class CallingWaiter final : public net::Waiter {
 public:
  explicit CallingWaiter(std::function<void()> call) : call_(std::move(call)) {}
  void wake() override { call_(); }

 private:
  std::function<void()> call_;
};

class BackendPoolTest : public testing::Test {
 protected:
  static constexpr SessionId kFirst{1};
  static constexpr SessionId kSecond{2};

  std::unique_ptr<BackendConnection> connect() {
    net::ConnectAttempt attempt = pool_.connect(waiter_, test::kPatience);
    EXPECT_TRUE(run_until(loop_, [&] { return attempt.finished(); }));
    return std::move(pool_.adopt(attempt, waiter_)).value();
  }
  std::unique_ptr<BackendConnection> take(SessionId session = kFirst) {
    return pool_.take(waiter_, session, Clock::now());
  }
  void give_back(std::unique_ptr<BackendConnection> connection, Ending ending = Ending::kPlain,
                 std::optional<std::chrono::seconds> keep_alive = {}) {
    loop_.readiness.woke();  // as whoever gives one back has been
    pool_.give_back(std::move(connection), {kFirst, ending, loop_.readiness.woke_at(), keep_alive});
  }
  // Whether the pool would give an idle connection after that time.
  bool keeps_for(Milliseconds time) {
    return pool_.take(waiter_, kFirst, loop_.readiness.woke_at() + time) != nullptr;
  }
  // The readiness set asks the kernel, which has nothing to say of the connections of the pool.
  void let_the_kernel_be_asked() {
    test::Connection other = test::unix_connection(loop_);
    other.peer.send("a");
    ASSERT_TRUE(run_until(loop_, [&] { return other.stream.readable(); }));
  }

  test::IoLoop loop_;
  net::DeadlineWheel wheel_{loop_.readiness};
  test::FakeBackend backend_;
  metrics::Registry registry_{{}};
  test::CountingWaiter waiter_;
  BackendPool pool_{loop_.readiness, wheel_, backend_.address(), registry_.shard(0), {}};
};

TEST_F(BackendPoolTest, GivesTheConnectionThatWasUsedLast) {
  auto first = connect();
  auto second = connect();
  const BackendConnection* const last = second.get();
  EXPECT_FALSE(first->is_reused());
  give_back(std::move(first));
  give_back(std::move(second));
  const auto taken = take();
  EXPECT_EQ(taken.get(), last);
  EXPECT_TRUE(taken->is_reused());
}

TEST_F(BackendPoolTest, DropsAConnectionThatEndsWhileItWaits) {
  give_back(connect());
  backend_.accept().close();
  test::run_for(loop_, 20ms);
  EXPECT_EQ(take(), nullptr);
}

TEST_F(BackendPoolTest, TakesBackNothingThatHoldsBytes) {
  auto connection = connect();
  test::RawSocket peer = backend_.accept();
  peer.send("HTTP/1.1 408 Request Timeout\r\n\r\n");
  ASSERT_TRUE(run_until(loop_, [&] { return connection->stream().readable(); }));
  give_back(std::move(connection));
  EXPECT_EQ(take(), nullptr);
}

// The end of connecting and the bytes of a waiting connection come in one batch of Asio's, and the former has
// its turn first: nobody has asked the kernel for the latter yet.
TEST_F(BackendPoolTest, GivesNoConnectionThatWasSentBytesBeforeTheThreadWoke) {
  give_back(connect());
  test::RawSocket peer = backend_.accept();
  let_the_kernel_be_asked();
  test::run_for(loop_, 20ms);  // the thread sleeps

  std::unique_ptr<BackendConnection> taken;
  CallingWaiter taker([&] { taken = take(); });
  std::optional<net::ConnectAttempt> attempt;
  boost::asio::post(loop_.io, [&] {
    attempt.emplace(pool_.connect(taker, test::kPatience));
    peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
  });
  ASSERT_TRUE(run_until(loop_, [&] { return attempt && attempt->finished(); }));
  EXPECT_EQ(taken, nullptr) << "a response to nobody would be the next client's";
}

TEST_F(BackendPoolTest, GivesAConnectionOnProbationToItsLastUserOnly) {
  give_back(connect());
  EXPECT_EQ(take(kSecond), nullptr);
  auto taken = take(kFirst);
  ASSERT_NE(taken, nullptr);
  give_back(std::move(taken));
  test::run_for(loop_, 2 * BackendPool::kProbation);
  taken = take(kSecond);
  ASSERT_NE(taken, nullptr) << "the probation is over";
  give_back(std::move(taken));
  EXPECT_NE(take(kSecond), nullptr) << "a connection is tried once";
}

TEST_F(BackendPoolTest, TriesAConnectionAgainBehindAResponseWithoutItsBody) {
  give_back(connect());
  test::run_for(loop_, 2 * BackendPool::kProbation);
  give_back(take(kSecond), Ending::kBodyLeftOut);
  EXPECT_EQ(take(kSecond), nullptr);
}

// As a backend that has stood the test many times.
TEST_F(BackendPoolTest, TrustsABackendWhoseConnectionsWereSilent) {
  std::vector<std::unique_ptr<BackendConnection>> many;
  for (int i = 0; i < 32; ++i)
    many.push_back(connect());
  for (auto& connection : many)
    give_back(std::move(connection));
  test::run_for(loop_, 2 * BackendPool::kProbation);
  many.clear();
  while (auto taken = take(kSecond))
    many.push_back(std::move(taken));
  EXPECT_EQ(many.size(), 32U);

  auto fresh = connect();
  for (int i = 0; i < 32; ++i)
    backend_.accept();
  test::RawSocket peer = backend_.accept();
  give_back(std::move(fresh));
  EXPECT_NE(fresh = take(kSecond), nullptr) << "no probation";
  give_back(std::move(fresh));
  peer.send("unasked");
  test::run_for(loop_, 20ms);
  EXPECT_EQ(take(), nullptr);
  give_back(connect());
  EXPECT_EQ(take(kSecond), nullptr) << "no trust any more";
}

TEST_F(BackendPoolTest, GivesTurnsInOrderAndNoMoreThanThereMayBe) {
  BackendPool pool{
      loop_.readiness, wheel_, backend_.address(), registry_.shard(0), {.connections = 1, .queue = 2}};
  BackendSlot slot = pool.enter(kFirst);
  EXPECT_TRUE(slot);
  EXPECT_FALSE(pool.enter(kSecond));
  BackendTurn first(pool, waiter_);
  EXPECT_FALSE(pool.queue_is_full());
  std::optional<BackendTurn> second(std::in_place, pool, waiter_);
  EXPECT_TRUE(pool.queue_is_full());
  slot = {};
  EXPECT_TRUE(first.has_come());
  EXPECT_EQ(waiter_.wakes(), 1);
  EXPECT_FALSE(second->has_come());
  EXPECT_FALSE(pool.enter(kFirst)) << "others were there before";
  second.reset();
  first.take();
  EXPECT_TRUE(pool.enter(kFirst));
}

// The only connection there may be is on probation: others wait for its end rather than for a new one.
TEST_F(BackendPoolTest, GivesTurnsBehindAProbation) {
  BackendPool pool{
      loop_.readiness, wheel_, backend_.address(), registry_.shard(0), {.connections = 1, .queue = 2}};
  BackendSlot slot = pool.enter(kFirst);
  net::ConnectAttempt attempt = pool.connect(waiter_, test::kPatience);
  ASSERT_TRUE(run_until(loop_, [&] { return attempt.finished(); }));
  auto connection = std::move(pool.adopt(attempt, waiter_)).value();
  loop_.readiness.woke();
  pool.give_back(std::move(connection), {.session = kFirst, .received_at = loop_.readiness.woke_at()});
  slot = {};
  EXPECT_FALSE(pool.enter(kSecond));
  BackendTurn turn(pool, waiter_);
  slot = pool.enter(kFirst);
  EXPECT_FALSE(slot) << "others were there before";
  ASSERT_TRUE(run_until(loop_, [&] { return turn.has_come(); }));
  EXPECT_NE(pool.take(waiter_, kSecond, Clock::now()), nullptr);
}

// The time may be that of a request that has waited, and so be before the thread woke last.
TEST_F(BackendPoolTest, LooksAtAConnectionWhateverTimeItIsTold) {
  const TimePoint before = Clock::now();
  give_back(connect());
  test::RawSocket peer = backend_.accept();
  test::run_for(loop_, 2 * BackendPool::kProbation);
  give_back(take());
  let_the_kernel_be_asked();
  peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(pool_.take(waiter_, kFirst, before), nullptr);
}

TEST_F(BackendPoolTest, KeepsAConnectionForItsIdleTimeout) {
  give_back(connect());
  EXPECT_TRUE(keeps_for(3999ms));
  give_back(connect());
  EXPECT_FALSE(keeps_for(4s));
  EXPECT_EQ(take(), nullptr) << "it is closed";
}

// Node keeps a connection for 5 s and says so, another backend for a minute.
TEST_F(BackendPoolTest, KeepsAConnectionForASecondLessThanTheBackendDoes) {
  struct Case {
    std::chrono::seconds told;
    Milliseconds kept;
  };
  for (const Case& each : {Case{5s, 4s}, Case{2s, 1s}, Case{1s, 500ms}, Case{60s, 59s}, Case{1h, 59s}}) {
    give_back(connect(), Ending::kPlain, each.told);
    EXPECT_TRUE(keeps_for(each.kept - 1ms)) << each.told.count();
    give_back(connect(), Ending::kPlain, each.told);
    EXPECT_FALSE(keeps_for(each.kept)) << each.told.count();
  }
}

TEST_F(BackendPoolTest, KeepsNoConnectionThatTheBackendDoesNotKeep) {
  give_back(connect(), Ending::kPlain, 0s);
  EXPECT_EQ(take(), nullptr);
}

TEST_F(BackendPoolTest, RemembersWhatTheBackendToldBefore) {
  give_back(connect(), Ending::kPlain, 2s);
  auto connection = take();
  ASSERT_NE(connection, nullptr);
  give_back(std::move(connection));
  EXPECT_FALSE(keeps_for(1s));
}

// The backend was done with its response long before a slow client had all of it.
TEST_F(BackendPoolTest, CountsTheIdleTimeFromTheLastBytesOn) {
  auto connection = connect();
  loop_.readiness.woke();
  const TimePoint now = loop_.readiness.woke_at();
  pool_.give_back(std::move(connection), {.session = kFirst, .received_at = now - 3s});
  EXPECT_FALSE(keeps_for(1s));
  connection = connect();
  pool_.give_back(std::move(connection), {.session = kFirst, .received_at = now - 5s});
  EXPECT_EQ(take(), nullptr);
}

TEST_F(BackendPoolTest, ClosesAConnectionOnceItsTimeIsUp) {
  give_back(connect(), Ending::kPlain, 1s);
  test::RawSocket peer = backend_.accept();
  EXPECT_TRUE(run_until(loop_, [&] { return peer.wait_for_input(0ms); }));
  EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(BackendPoolTest, DropsAConnectionThatSpeaksOnProbation) {
  give_back(connect());
  test::RawSocket peer = backend_.accept();
  peer.send("body");
  test::run_for(loop_, 2 * BackendPool::kProbation);
  EXPECT_EQ(take(), nullptr);
}

}  // namespace
}  // namespace wayside::proxy
