// Whole exchanges of a worker while memory runs out, from accept to close: no exception ends the worker,
// which serves the next client, and the metrics agree with what the clients saw.
//
// The worker runs on a thread that lacks the memory; its peers are played by threads that have it.
#include "wayside/metrics/shard.hpp"
#include "wayside/proxy/worker.hpp"

#include "support/failing_memory.hpp"
#include "support/fake_backend.hpp"
#include "support/listening.hpp"
#include "support/proxy_stage.hpp"
#include "support/raw_socket.hpp"
#include "support/wait.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <map>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;
using test::FailingMemory;
using test::RawSocket;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kPut = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kPutChunked =
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
constexpr std::string_view kUpgrade =
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

// Answers what comes on the connections to a backend, until they end.
class AnsweringBackend {
 public:
  explicit AnsweringBackend(test::FakeBackend& listener)
      : acceptor_([this, &listener](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            if (listener.wait_for_connection(5ms)) connections_.emplace_back(serve, listener.accept());
          }
        }) {}

 private:
  static void serve(RawSocket socket) {
    try {
      for (;;)
        answer(socket);
    } catch (const std::runtime_error&) {
      // The connection is over.
    }
  }
  static void answer(RawSocket& socket) {
    const std::string head = socket.read_head();
    const auto has = [&](std::string_view line) { return head.find(line) != std::string::npos; };
    if (has("\r\nUpgrade: websocket\r\n")) {
      socket.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
      for (;;)
        socket.send(socket.read_exactly(4));
    }
    if (has("\r\nTransfer-Encoding: chunked\r\n")) {
      socket.read_until("\r\n0\r\n\r\n");
      return socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    }
    if (has("\r\nContent-Length: 5\r\n")) socket.read_exactly(5);
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }

  std::vector<std::jthread> connections_;
  std::jthread acceptor_;  // ends first
};

// The numbers of exchanges, by status.
using Counts = std::map<unsigned, double>;

double sum_of(const Counts& counts) {
  double sum = 0;
  for (const auto& [status, count] : counts)
    sum += count;
  return sum;
}

// What clients saw of their exchanges.
struct Seen {
  Counts answers;
  double unanswered = 0;  // their connection ended without an answer
};

// A client that takes whatever comes.
class Client {
 public:
  Client(const Address& address, Seen& seen) : socket_(RawSocket::connect(address)), seen_(seen) {}

  // Sends a request, and reads the whole response, which ends with `end`. False where it is another.
  bool exchange(std::string_view request, unsigned status, std::string_view end) {
    std::optional<unsigned> answered;
    try {
      socket_.send(request);
      answered = static_cast<unsigned>(std::stoul(socket_.read_head().substr(9, 3)));
      ++seen_.answers[*answered];
      if (answered == status && !end.empty()) socket_.read_until(end);
      return answered == status;
    } catch (const std::runtime_error& error) {
      return end_early(answered.has_value(), error);
    }
  }
  // Sends bytes through a tunnel, and gets them back.
  bool echo(std::string_view bytes) {
    try {
      socket_.send(bytes);
      return socket_.read_exactly(bytes.size()) == bytes;
    } catch (const std::runtime_error& error) {
      return end_early(true, error);
    }
  }

 private:
  bool end_early(bool is_answered, const std::runtime_error& error) {
    EXPECT_EQ(dynamic_cast<const test::Silence*>(&error), nullptr)
        << "neither an answer nor the end came: " << error.what();
    if (!is_answered) ++seen_.unanswered;
    return false;
  }

  RawSocket socket_;
  Seen& seen_;
};

enum class Kind { kLength, kChunked, kTunnel };
// What the worker has done before memory runs out.
enum class Before {
  kNothing,  // so there may be no memory to count something for the first time
  kCounted,  // every status that may come: so each exchange must be counted
};
struct Scenario {
  Kind kind;
  Before before;
  config::AccessLog access_log;
  long failures;  // allocations that fail, one behind another

  friend void PrintTo(const Scenario& scenario, std::ostream* out) { *out << name_of(scenario); }
  static std::string name_of(const Scenario& scenario) {
    constexpr const char* kKinds[] = {"Length", "Chunked", "Tunnel"};
    std::string name = kKinds[static_cast<std::size_t>(scenario.kind)];
    name += scenario.before == Before::kNothing ? "NothingCountedBefore" : "AllCountedBefore";
    if (scenario.access_log != config::AccessLog::kOff) name += "WithLog";
    return name + (scenario.failures == 1 ? "OneFails" : "AllFail");
  }
};

class ExchangeWithoutMemory : public testing::TestWithParam<Scenario> {
 protected:
  // Serves the clients of one round while the allocation with the number fails, and then another one.
  // Returns whether it has failed.
  bool serve_round(long number);
  // The exchanges of one client. Stops at the first that fails.
  void talk(const Address& address, Seen& seen) const;
  static void compare(const Counts& counted, const Seen& seen, Before before);
};

// Every series that the exchanges may need.
void count_all(metrics::Shard& shard, metrics::EndpointId endpoint) {
  for (const Method method : {Method::unknown, Method::get, Method::put}) {
    for (const unsigned status : {101U, 200U, 408U, 499U, 500U, 502U, 503U, 504U}) {
      shard.exchange_finished(shard.exchange_started(endpoint, method),
                              {.endpoint = endpoint, .method = method, .status = status});
    }
  }
  if (shard.stream_began(endpoint, metrics::StreamKind::kUpgrade))
    shard.stream_ended(endpoint, metrics::StreamKind::kUpgrade, Nanoseconds(1), 0, 0);
}

Counts counted_in(test::ProxyStage& stage) {
  Counts counts;
  const std::string page = stage.metrics();
  constexpr std::string_view kFamily = "\nhttp_requests_total{";
  constexpr std::string_view kStatus = "http_status=\"";
  for (std::size_t at = page.find(kFamily); at != page.npos; at = page.find(kFamily, at + 1)) {
    const auto status =
        static_cast<unsigned>(std::stoul(page.substr(page.find(kStatus, at) + kStatus.size(), 3)));
    counts[status] += std::stod(page.substr(page.find("} ", at) + 2));
  }
  return counts;
}

bool wait_for_zero(test::ProxyStage& stage, std::string_view gauge) {
  return test::wait_until([&] { return stage.metric(gauge) == 0; });
}

bool ExchangeWithoutMemory::serve_round(long number) {
  const Scenario& scenario = GetParam();
  test::ProxyStage stage;
  stage.settings.access_log = scenario.access_log;
  const AnsweringBackend backend(stage.backend);
  auto routing = stage.make_routing();
  if (scenario.before == Before::kCounted)
    count_all(stage.registry().shard(0), routing->targets[routes::kUnmatched].endpoint);
  const Counts before = counted_in(stage);

  Worker worker({.settings = stage.settings,
                 .routing = std::move(routing),
                 .shard = stage.registry().shard(0),
                 .unmatched = stage.unmatched(),
                 .access_log = stage.context().access_log,
                 .log = stage.logger(),
                 .share = stage.share});
  const Address address = test::listen_at(worker);
  std::promise<FailingMemory*> begun;
  std::promise<void> is_over;
  bool has_failed = false;
  std::jthread thread([&] {
    FailingMemory no_memory(number, scenario.failures);
    begun.set_value(&no_memory);
    try {
      worker.run();
    } catch (const std::exception& error) {
      no_memory.end();
      ADD_FAILURE() << "the worker ended: " << error.what();
    }
    has_failed = no_memory.has_failed();
    is_over.get_future().wait();  // no_memory ends with the thread
  });
  FailingMemory& no_memory = *begun.get_future().get();

  Seen seen;
  talk(address, seen);
  EXPECT_TRUE(wait_for_zero(stage, "wayside_client_connections"));
  no_memory.end();
  if (!HasFailure()) {
    Client next(address, seen);
    EXPECT_TRUE(next.exchange(kGet, 200, "ok")) << "the worker goes on";
  }
  worker.drain();
  is_over.set_value();
  thread.join();

  Counts counted = counted_in(stage);
  for (const auto& [status, count] : before)
    counted[status] -= count;
  compare(counted, seen, scenario.before);
  for (const std::string_view gauge :
       {"wayside_client_connections", R"(wayside_backend_connections{state="active"})",
        R"(wayside_backend_connections{state="idle"})"})
    EXPECT_EQ(stage.metric(gauge), 0) << gauge;
  EXPECT_EQ(stage.in_flight(), 0);
  constexpr std::string_view kStreams = R"(wayside_streams_active{endpoint="unmatched",kind="upgrade"})";
  EXPECT_TRUE(stage.metrics().find(kStreams) == std::string::npos || stage.metric(kStreams) == 0)
      << stage.metric(kStreams);
  if (scenario.access_log != config::AccessLog::kOff) {
    const std::string lines = stage.access_log();
    EXPECT_EQ(std::ranges::count(lines, '\n'), sum_of(counted)) << lines;
  }
  return has_failed;
}

void ExchangeWithoutMemory::talk(const Address& address, Seen& seen) const {
  Client client(address, seen);
  switch (GetParam().kind) {
    case Kind::kLength:
      static_cast<void>(client.exchange(kPut, 200, "ok") && client.exchange(kGet, 200, "ok"));
      break;
    case Kind::kChunked:
      static_cast<void>(client.exchange(kPutChunked, 200, "\r\n0\r\n\r\n") &&
                        client.exchange(kGet, 200, "ok"));
      break;
    case Kind::kTunnel:
      static_cast<void>(client.exchange(kUpgrade, 101, "") && client.echo("ping") && client.echo("pong"));
      break;
  }
}

void ExchangeWithoutMemory::compare(const Counts& counted, const Seen& seen, Before before) {
  EXPECT_LE(sum_of(counted), sum_of(seen.answers) + seen.unanswered) << "no exchange counts twice";
  // Where there was no memory for a series, the exchange is counted as "overflow", or not at all.
  if (before == Before::kNothing) return;
  Counts answers = seen.answers;
  Counts counts = counted;
  for (const auto& [status, count] : counted)
    answers.try_emplace(status, 0);
  for (const auto& [status, count] : answers) {
    EXPECT_GE(counts[status], count) << status;
    EXPECT_LE(counts[status], count + seen.unanswered) << status;
  }
}

TEST_P(ExchangeWithoutMemory, EndsAndTheWorkerGoesOn) {
  constexpr long kMoreThanAnyNeeds = 1000;
  long number = 0;
  for (bool has_failed = true; has_failed && !HasFailure() && number < kMoreThanAnyNeeds; ++number) {
    SCOPED_TRACE("allocation " + std::to_string(number) + " fails");
    has_failed = serve_round(number);
  }
  EXPECT_GT(number, 10);
  EXPECT_LT(number, kMoreThanAnyNeeds);
}

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  for (const Kind kind : {Kind::kLength, Kind::kChunked, Kind::kTunnel}) {
    for (const long failures : {1L, FailingMemory::kAll}) {
      all.push_back({kind, Before::kNothing, config::AccessLog::kOff, failures});
      all.push_back({kind, Before::kCounted, config::AccessLog::kOff, failures});
      all.push_back({kind, Before::kCounted, config::AccessLog::kJson, failures});
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ExchangeWithoutMemory, testing::ValuesIn(scenarios()),
                         [](const auto& its) { return Scenario::name_of(its.param); });

}  // namespace
}  // namespace wayside::proxy
