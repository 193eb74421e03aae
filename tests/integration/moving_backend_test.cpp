// A backend that moves, restarts or disappears, and a name server that hangs or fails.
#include "support/plain_messages.hpp"
#include "support/proxy_fixture.hpp"
#include "support/stuck_resolver.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>

namespace wayside::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::StartsWith;

constexpr std::string_view kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";

class MovingBackend : public ProxyFixture {
 protected:
  void start_by_name() {
    move_host("127.0.0.1");
    config::Settings settings;
    settings.backend = {kMovingHost, backend_.address().port, {}};
    start(settings);
  }
  // One exchange with the backend that listens at `at`.
  RawSocket serve(RawSocket& client, FakeBackend& at) {
    client.send(kGet);
    RawSocket backend = at.accept();
    backend.read_head();
    backend.send(kOk);
    EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
    return backend;
  }
};

// The name is looked up again without a new connection.
TEST_F(MovingBackend, IsFollowedWhileItsOldAddressStillServes) {
  start_by_name();
  FakeBackend moved("127.0.0.2", backend_.address().port);
  RawSocket client = connect();
  RawSocket old = serve(client, backend_);
  move_host("127.0.0.2");
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!moved.wait_for_connection(0ms) && std::chrono::steady_clock::now() < end) {
    client.send(kGet);
    if (moved.wait_for_connection(100ms)) break;
    old.read_head();
    old.send(kOk);
    client.read_until("ok");
  }
  RawSocket backend = moved.accept();
  EXPECT_THAT(backend.read_head(), StartsWith("GET / "));
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  EXPECT_EQ(old.read_to_end(), "") << "what leads to the old address is closed";
}

TEST_F(MovingBackend, IsFoundAtOnceWhereItsOldAddressRefuses) {
  start_by_name();
  FakeBackend moved("127.0.0.2", backend_.address().port);
  RawSocket client = connect();
  serve(client, backend_).close();
  backend_.stop_listening();
  move_host("127.0.0.2");
  const auto began = std::chrono::steady_clock::now();
  serve(client, moved);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s) << "the last answer was fresh";
}

// During a restart, connections are refused for a moment.
TEST_F(MovingBackend, IsWaitedForWhileItRestarts) {
  start();
  RawSocket client = connect();
  serve(client, backend_).close();
  const std::uint16_t port = backend_.address().port;
  backend_.stop_listening();
  client.send(kPost);
  EXPECT_FALSE(client.wait_for_input(100ms));
  FakeBackend restarted("127.0.0.1", port);
  RawSocket backend = restarted.accept();
  EXPECT_THAT(backend.read_until("\r\n\r\nx"), StartsWith("POST / "));
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  EXPECT_FALSE(restarted.wait_for_connection(0ms)) << "nothing was sent twice";
}

TEST_F(MovingBackend, IsWaitedForNoLongerThanAConnectionMayTake) {
  config::Settings settings;
  settings.timeouts.connect = 300ms;
  start(settings);
  RawSocket client = connect();
  serve(client, backend_).close();
  backend_.stop_listening();
  client.send(kGet);
  EXPECT_THAT(client.read_until("cannot be reached\n"), StartsWith("HTTP/1.1 502 "));
  // The backend stays down: from some request on, requests fail at once.
  EXPECT_TRUE(wait_until([&] {
    const auto began = std::chrono::steady_clock::now();
    client.send(kGet);
    client.read_until("cannot be reached\n");
    return std::chrono::steady_clock::now() - began < 100ms;
  }));
}

// A look-up hangs for half a minute; one that begins when the name server is back does not.
TEST_F(MovingBackend, IsFoundByASecondLookUpWhereTheFirstHangs) {
  const StuckResolver resolver(0, 1);
  config::Settings settings;
  settings.backend = {kStuckHost, backend_.address().port, {}};
  start(settings);
  RawSocket client = connect();
  client.send(kGet);
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), StartsWith("GET / "));
}

TEST_F(MovingBackend, IsWaitedForAgainOnceItHasServed) {
  config::Settings settings;
  settings.timeouts.connect = 1s;
  start(settings);
  RawSocket busy = connect();
  busy.send(kGet);
  RawSocket pooled = backend_.accept();
  pooled.read_head();
  const std::uint16_t port = backend_.address().port;
  backend_.stop_listening();
  {
    RawSocket gone = connect();
    gone.send(kGet);
    EXPECT_FALSE(gone.wait_for_input(100ms)) << "waited for";
  }
  {
    FakeBackend up("127.0.0.1", port);
    pooled.send(kOk);
    busy.read_until("ok");
    // It serves for longer than refusals are tolerated.
    const auto end = std::chrono::steady_clock::now() + settings.timeouts.connect;
    while (std::chrono::steady_clock::now() < end) {
      busy.send(kGet);
      pooled.read_head();
      pooled.send(kOk);
      busy.read_until("ok");
    }
    busy.send(kGet);
    pooled.read_head();
  }
  RawSocket other = connect();
  other.send(kGet);
  EXPECT_FALSE(other.wait_for_input(100ms)) << "it restarts again, and is waited for";
}

class TwoAddresses : public MovingBackend, public testing::WithParamInterface<const char*> {};

// An address that this host cannot use says nothing about the backend.
TEST_P(TwoAddresses, AreWaitedForWhereOneRefuses) {
  move_host(std::string("127.0.0.1 ") + GetParam());
  config::Settings settings;
  settings.backend = {kMovingHost, backend_.address().port, {}};
  settings.timeouts.connect = 1s;
  start(settings);
  RawSocket client = connect();
  serve(client, backend_).close();
  backend_.stop_listening();
  const auto began = std::chrono::steady_clock::now();
  client.send(kGet);
  EXPECT_THAT(client.read_head(), StartsWith("HTTP/1.1 502 "));
  EXPECT_GT(std::chrono::steady_clock::now() - began, 600ms) << "a restart is waited for";
}
INSTANTIATE_TEST_SUITE_P(All, TwoAddresses, testing::Values("127.0.0.2", "255.255.255.255", "::1"));

}  // namespace
}  // namespace wayside::test
