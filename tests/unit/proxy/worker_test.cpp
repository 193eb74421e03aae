#include "wayside/proxy/worker.hpp"

#include "support/listening.hpp"
#include "support/plain_messages.hpp"
#include "support/proxy_stage.hpp"
#include "support/raw_socket.hpp"
#include "support/sinks.hpp"
#include "support/wait.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;
using test::kDatedOk;
using test::kGet;
using test::RawSocket;

// A worker has an io_context, so it runs on a thread, and the test plays its peers.
class WorkerTest : public testing::Test {
 protected:
  ~WorkerTest() override {
    if (worker_ != nullptr) worker_->drain();
  }

  Worker::Dependencies dependencies() {
    return {.settings = stage_.settings,
            .routing = stage_.make_routing(),
            .shard = stage_.registry().shard(0),
            .unmatched = stage_.unmatched(),
            .access_log = nullptr,
            .log = stage_.logger(),
            .share = stage_.share};
  }
  void start() {
    worker_ = std::make_unique<Worker>(dependencies());
    address_ = test::listen_at(*worker_);
    ended_ = std::async(std::launch::async, [this] { worker_->run(); });
  }
  bool wait_for_end(std::chrono::milliseconds within = test::kPatience) {
    return ended_.wait_for(within) == std::future_status::ready;
  }
  RawSocket connect() const { return RawSocket::connect(address_); }
  // The value of a series, once it is that; what it is in the end otherwise.
  double wait_for_metric(std::string_view series, double value) {
    test::wait_until([&] { return stage_.metric(series) == value; });
    return stage_.metric(series);
  }

  test::ProxyStage stage_;
  std::unique_ptr<Worker> worker_;
  Address address_;
  std::future<void> ended_;  // ends first: it waits for the thread
};

TEST_F(WorkerTest, ListensWhereItSays) {
  start();
  EXPECT_EQ(address_.host, "127.0.0.1");
  EXPECT_NE(address_.port, 0);
  RawSocket client = connect();
  client.send(kGet);
  RawSocket backend = stage_.backend.accept();
  EXPECT_NE(backend.read_head().find("\r\nX-Forwarded-For: 127.0.0.1\r\n"), std::string::npos);
  backend.send(kDatedOk);
  EXPECT_EQ(client.read_until("ok"), kDatedOk);
  EXPECT_EQ(wait_for_metric("wayside_client_connections", 1), 1);
}

TEST_F(WorkerTest, ListensOnSeveralAddresses) {
  worker_ = std::make_unique<Worker>(dependencies());
  const std::vector addresses = {test::listen_at(*worker_), test::listen_at(*worker_)};
  ended_ = std::async(std::launch::async, [this] { worker_->run(); });
  for (const Address& address : addresses) {
    RawSocket client = RawSocket::connect(address);
    client.send(kGet);
    RawSocket backend = stage_.backend.accept();
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_TRUE(client.read_until("ok").starts_with("HTTP/1.1 200 OK\r\n"));
  }
  worker_->drain();
  EXPECT_TRUE(wait_for_end());
  for (const Address& address : addresses)
    EXPECT_THROW(RawSocket::connect(address), std::runtime_error);
}

TEST_F(WorkerTest, UsesARoutingFromTheNextRequestOn) {
  start();
  RawSocket client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  config::Settings changed = stage_.settings;
  changed.routes.push_back({.path = "/a", .methods = {}, .name = {}, .line = 0});
  worker_->use_routing(stage_.make_routing(changed));
  // A second client is accepted behind the swap.
  RawSocket other = connect();
  other.send(kGet);
  RawSocket its_backend = stage_.backend.accept();
  its_backend.read_head();
  its_backend.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  other.read_until("ok");

  backend.send(kDatedOk);
  client.read_until("ok");
  client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  backend.read_head();
  backend.send(kDatedOk);
  client.read_until("ok");
  EXPECT_EQ(wait_for_metric(R"(http_requests_total{endpoint="unmatched",http_status="200",method="GET"})", 2),
            2)
      << "an exchange under way keeps what it found";
  EXPECT_EQ(wait_for_metric(R"(http_requests_total{endpoint="/a",http_status="200",method="GET"})", 1), 1);
}

TEST_F(WorkerTest, RunsUntilItIsDrained) {
  start();
  EXPECT_FALSE(wait_for_end(20ms));
  worker_->drain();
  worker_->drain();
  EXPECT_TRUE(wait_for_end());
  EXPECT_THROW(connect(), std::runtime_error);
}

TEST_F(WorkerTest, AcceptsUntilItIsDrainedAndKeepsNoConnectionOnceThatIsAnnounced) {
  start();
  RawSocket idle = connect();
  idle.send(kGet);
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  backend.send(kDatedOk);
  EXPECT_EQ(idle.read_until("ok"), kDatedOk);
  worker_->announce_drain();
  worker_->announce_drain();
  RawSocket client = connect();
  for (RawSocket* const each : {&client, &idle}) {
    EXPECT_FALSE(each->wait_for_input(20ms)) << "it is not closed";
    each->send(kGet);
    backend.read_head();
    backend.send(kDatedOk);
    EXPECT_NE(each->read_to_end().find("\r\nConnection: close\r\n"), std::string::npos);
  }
  EXPECT_FALSE(wait_for_end(20ms));
  worker_->drain();
  EXPECT_TRUE(wait_for_end());
  EXPECT_THROW(connect(), std::runtime_error);
}

TEST_F(WorkerTest, MayBeAnnouncedToDrainWhileItDrains) {
  start();
  RawSocket client = connect();
  EXPECT_EQ(wait_for_metric("wayside_client_connections", 1), 1);
  worker_->drain();
  worker_->announce_drain();
  EXPECT_FALSE(wait_for_end(20ms));
  client.close();
  EXPECT_TRUE(wait_for_end());
}

TEST_F(WorkerTest, GivesASignOfLifeWhileItRuns) {
  start();
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(test::wait_until([&] { return worker_->check_pulse(); }));
  worker_->drain();
  EXPECT_TRUE(wait_for_end());
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(worker_->check_pulse()) << "it has ended";
}

TEST_F(WorkerTest, GivesNoSignOfLifeWhereItDoesNotRun) {
  Worker worker(dependencies());
  EXPECT_TRUE(worker.check_pulse()) << "the first one has not been asked for";
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(worker.check_pulse());
}

TEST_F(WorkerTest, MayBeDrainedBeforeItRuns) {
  Worker worker(dependencies());
  test::listen_at(worker);
  worker.drain();
  worker.run();
}

TEST_F(WorkerTest, ClosesIdleConnectionsWhenItIsDrained) {
  start();
  RawSocket client = connect();
  client.send(kGet);
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  backend.send(kDatedOk);
  client.read_until("ok");
  worker_->drain();
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_EQ(backend.read_to_end(), "");
  EXPECT_TRUE(wait_for_end());
  EXPECT_EQ(stage_.metric("wayside_client_connections"), 0);
}

TEST_F(WorkerTest, FinishesTheExchangeUnderWay) {
  start();
  RawSocket client = connect();
  client.send(kGet);
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  worker_->drain();
  EXPECT_FALSE(wait_for_end(20ms));
  backend.send(kDatedOk);
  EXPECT_NE(client.read_to_end().find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(wait_for_end());
  EXPECT_EQ(stage_.requests(200), 1);
}

TEST_F(WorkerTest, ServesTheFirstRequestOfAConnectionWhileItDrains) {
  start();
  RawSocket client = connect();
  EXPECT_EQ(wait_for_metric("wayside_client_connections", 1), 1);
  worker_->drain();
  EXPECT_FALSE(wait_for_end(20ms));
  client.send(kGet);
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  backend.send(kDatedOk);
  EXPECT_TRUE(client.read_to_end().ends_with("ok"));
  EXPECT_TRUE(wait_for_end());
}

TEST_F(WorkerTest, ServesClientsThatWaitForDescriptorsWhenItIsDrained) {
  worker_ = std::make_unique<Worker>(dependencies());
  address_ = test::listen_at(*worker_);
  RawSocket client = connect();
  client.send(kGet);
  {
    const test::NoDescriptors no_descriptors;
    worker_->drain();
    ended_ = std::async(std::launch::async, [this] { worker_->run(); });
    EXPECT_FALSE(wait_for_end(200ms));
  }
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  backend.send(kDatedOk);
  EXPECT_TRUE(client.read_to_end().ends_with("ok"));
  EXPECT_TRUE(wait_for_end());
}

TEST_F(WorkerTest, CutsOffWhatOutlivesTheDrainTimeout) {
  stage_.settings.timeouts.drain = 1ms;
  start();
  RawSocket client = connect();
  client.send(kGet);
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  worker_->drain();
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(wait_for_end());
  EXPECT_EQ(stage_.requests(503), 1);
  EXPECT_NE(
      stage_.log().find("requests were cut off: they did not finish within timeouts.drain\" requests=1\n"),
      std::string::npos)
      << stage_.log();
}

// The answer has gone out; the connection is open until its client closes it.
TEST_F(WorkerTest, CallsNoLingeringConnectionARequestThatWasCutOff) {
  stage_.settings.timeouts.drain = 1ms;
  start();
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 400 "));
  worker_->drain();
  EXPECT_TRUE(wait_for_end());
  EXPECT_EQ(stage_.log().find("cut off"), std::string::npos) << stage_.log();
}

TEST_F(WorkerTest, LetsAClientWaitUntilThereIsRoom) {
  stage_.share.clients = 1;
  stage_.share.backends = 1;  // so the second client is served over the connection of the first
  start();
  RawSocket first = connect();
  first.send(kGet);
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  RawSocket second = connect();
  second.send(kGet);
  EXPECT_FALSE(second.wait_for_input(20ms));
  EXPECT_EQ(stage_.metric("wayside_client_connections"), 1);
  backend.send(kDatedOk);
  EXPECT_NE(first.read_to_end().find("\r\nConnection: close\r\n"), std::string::npos)
      << "the next client waits for its room";
  backend.read_head();
  backend.send(kDatedOk);
  EXPECT_EQ(second.read_until("ok"), kDatedOk);
}

// A client that has been idle for a while makes room.
TEST_F(WorkerTest, ClosesAnIdleConnectionForAClientThatWaits) {
  stage_.share.clients = 1;
  start();
  RawSocket first = connect();
  EXPECT_EQ(wait_for_metric("wayside_client_connections", 1), 1);
  RawSocket second = connect();
  second.send(kGet);
  EXPECT_EQ(first.read_to_end(), "");
  RawSocket backend = stage_.backend.accept();
  backend.read_head();
  backend.send(kDatedOk);
  EXPECT_EQ(second.read_until("ok"), kDatedOk);
  EXPECT_EQ(stage_.metric("wayside_client_evictions_total"), 1);
}

}  // namespace
}  // namespace wayside::proxy
