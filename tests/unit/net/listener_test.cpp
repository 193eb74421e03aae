#include "wayside/net/listener.hpp"

#include "wayside/base/direct_log.hpp"
#include "wayside/net/listening_socket.hpp"

#include "support/connection.hpp"
#include "support/failing_memory.hpp"
#include "support/io_loop.hpp"
#include "support/listening.hpp"
#include "support/raw_socket.hpp"
#include "support/sinks.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;
using test::kLoopback;
using test::NoDescriptors;
using test::RawSocket;
using test::run_until;

// A log for a test to read.
class LogPipe {
 public:
  LogPipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe");
  }
  ~LogPipe() {
    for (const int end : ends_)
      ::close(end);
  }
  LogPipe(const LogPipe&) = delete;
  LogPipe& operator=(const LogPipe&) = delete;

  int write_end() const noexcept { return ends_[1]; }
  std::string read() {
    std::array<char, 4096> bytes;
    const ssize_t count = ::read(ends_[0], bytes.data(), bytes.size());
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }

 private:
  std::array<int, 2> ends_{};
};

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

class ListenerTest : public testing::Test {
 protected:
  struct Accepted {
    Stream stream;
    std::string client_ip;
  };

  Address open(Listener& listener, const Address& address = kLoopback) {
    ListeningSocket socket = listen_on_tcp(address, {}).value();
    EXPECT_EQ(listener.open(std::move(socket.socket)), error_code());
    return socket.address;
  }

  Address open_and_start(Listener& listener, const Address& address = kLoopback) {
    const Address bound = open(listener, address);
    start(listener);
    return bound;
  }

  void start(Listener& listener) {
    listener.start([this](Descriptor socket, const Listener::Endpoint& client) {
      accepted_.push_back({Stream(loop_, std::move(socket)), client_text(client)});
    });
  }

  bool accepts(std::size_t count) {
    return run_until(loop_, [&] { return accepted_.size() >= count; });
  }

  test::IoLoop loop_;
  LogPipe pipe_;
  DirectLog lines_{pipe_.write_end()};
  Logger log_{LogLevel::kInfo, lines_};
  Listener listener_{loop_.readiness.executor(), "test", log_};
  std::vector<Accepted> accepted_;
};

TEST_F(ListenerTest, HandsConnectionsOverWithTheAddressOfTheClient) {
  const Address address = open_and_start(listener_);
  EXPECT_EQ(address.host, "127.0.0.1");
  EXPECT_NE(address.port, 0);
  RawSocket client = RawSocket::connect(address);
  ASSERT_TRUE(accepts(1));
  EXPECT_EQ(accepted_[0].client_ip, "127.0.0.1");
  EXPECT_TRUE(accepted_[0].stream.is_open());
  const boost::asio::const_buffer hello("hello", 5);
  EXPECT_EQ(accepted_[0].stream.write_some({&hello, 1}).value(), 5U);
  EXPECT_EQ(client.read_exactly(5), "hello");
}

// A head and its first body bytes leave in one call, so Nagle's algorithm could only delay them. On the
// loopback, so could a congestion control that paces.
TEST_F(ListenerTest, HandsOverSocketsThatNeitherBlockNorDelay) {
  const RawSocket client = RawSocket::connect(open_and_start(listener_));
  ASSERT_TRUE(accepts(1));
  const int descriptor = accepted_[0].stream.descriptor();
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  ASSERT_EQ(::getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_NE(no_delay, 0);
  EXPECT_EQ(test::congestion_control(descriptor), "reno");
  EXPECT_NE(::fcntl(descriptor, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
}

// Reno is for the loopback alone.
TEST_F(ListenerTest, LeavesTheCongestionControlOfANetworkToTheSystem) {
  const Address address = open_and_start(listener_, {"0.0.0.0", 0, {}});
  const RawSocket client = RawSocket::connect({"127.0.0.1", address.port, {}});
  ASSERT_TRUE(accepts(1));
  const Descriptor fresh(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(test::congestion_control(accepted_[0].stream.descriptor()),
            test::congestion_control(fresh.number()));
}

TEST_F(ListenerTest, LetsClientsWaitWhileItIsSuspended) {
  const Address address = open_and_start(listener_);
  listener_.suspend();
  const RawSocket client = RawSocket::connect(address);
  test::run_for(loop_, 20ms);
  EXPECT_TRUE(accepted_.empty());
  listener_.resume();
  EXPECT_TRUE(accepts(1)) << "the event was told while it was suspended";
}

TEST_F(ListenerTest, ResumesWithoutMemory) {
  const Address address = open_and_start(listener_);
  listener_.suspend();
  const RawSocket first = RawSocket::connect(address);
  test::run_for(loop_, 5ms);
  {
    const test::FailingMemory no_memory;
    listener_.resume();
  }
  EXPECT_TRUE(accepts(1));
}

// The owner has no memory for the connection, nor the listener for anything.
TEST_F(ListenerTest, PausesAndGoesOnWithoutMemory) {
  const Address address = open(listener_);
  int calls = 0;
  listener_.start([&](Descriptor, const Listener::Endpoint&) {
    ++calls;
    if (calls == 1) throw std::bad_alloc();
  });
  const RawSocket first = RawSocket::connect(address);
  const RawSocket second = RawSocket::connect(address);
  const test::FailingMemory no_memory;
  EXPECT_TRUE(run_until(loop_, [&] { return calls == 2; }));
}

TEST_F(ListenerTest, AcceptsAllWaitingConnections) {
  const Address address = open_and_start(listener_);
  std::vector<RawSocket> clients;
  for (int i = 0; i < 100; ++i)
    clients.push_back(RawSocket::connect(address));
  EXPECT_TRUE(accepts(100));
}

// A dual-stack socket calls an IPv4 client ::ffff:127.0.0.1, which other hosts do not use.
TEST_F(ListenerTest, NamesAnIpv4ClientAsSuchOnADualStackSocket) {
  Result<ListeningSocket> socket = listen_on_tcp({"::", 0, {}}, {});
  if (!socket) GTEST_SKIP() << "this machine has no IPv6: " << socket.error().message();
  ASSERT_EQ(listener_.open(std::move(socket->socket)), error_code());
  start(listener_);
  const RawSocket over_v4 = RawSocket::connect({"127.0.0.1", socket->address.port, {}});
  ASSERT_TRUE(accepts(1));
  EXPECT_EQ(accepted_[0].client_ip, "127.0.0.1");
  const RawSocket over_v6 = RawSocket::connect({"::1", socket->address.port, {}});
  ASSERT_TRUE(accepts(2));
  EXPECT_EQ(accepted_[1].client_ip, "::1");
}

TEST_F(ListenerTest, TakesAUnixSocketWhoseClientsHaveNoAddress) {
  const test::TemporaryFolder folder;
  UnixListeningSocket socket = listen_on_unix(folder.path("x.sock"), {}).value();
  ASSERT_FALSE(socket.file.put_in_place());
  ASSERT_EQ(listener_.open(std::move(socket.socket)), error_code());
  start(listener_);
  RawSocket client = RawSocket::connect({{}, 0, folder.path("x.sock")});
  ASSERT_TRUE(accepts(1));
  EXPECT_EQ(accepted_[0].client_ip, "");
  const boost::asio::const_buffer hello("hello", 5);
  EXPECT_EQ(accepted_[0].stream.write_some({&hello, 1}).value(), 5U);
  EXPECT_EQ(client.read_exactly(5), "hello");
}

// Workers share a unix socket: whoever comes first has the client.
TEST_F(ListenerTest, SharesTheQueueOfADuplicate) {
  const test::TemporaryFolder folder;
  UnixListeningSocket socket = listen_on_unix(folder.path("x.sock"), {}).value();
  ASSERT_FALSE(socket.file.put_in_place());
  Listener second(loop_.readiness.executor(), "test", log_);
  ASSERT_EQ(second.open(duplicate(socket.socket).value()), error_code());
  ASSERT_EQ(listener_.open(std::move(socket.socket)), error_code());
  start(listener_);
  start(second);
  std::vector<RawSocket> clients;
  for (int i = 0; i < 10; ++i)
    clients.push_back(RawSocket::connect({{}, 0, folder.path("x.sock")}));
  EXPECT_TRUE(accepts(10));
  listener_.close();
  clients.push_back(RawSocket::connect({{}, 0, folder.path("x.sock")}));
  EXPECT_TRUE(accepts(11)) << "the other one goes on";
  second.close();
  EXPECT_THROW(RawSocket::connect({{}, 0, folder.path("x.sock")}), std::runtime_error);
}

TEST_F(ListenerTest, RefusesWhatIsNoSocket) {
  EXPECT_EQ(listener_.open(Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC))),
            boost::system::errc::not_a_socket);
}

TEST_F(ListenerTest, RefusesConnectionsOnceItIsClosed) {
  const Address address = open_and_start(listener_);
  listener_.close();
  listener_.close();
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_THROW(RawSocket::connect(address), std::runtime_error);
}

// A client that has connected would take a reset for an outage, so close() accepts it.
TEST_F(ListenerTest, AcceptsCompletedConnectionsWhenItIsClosed) {
  const Address address = open_and_start(listener_);
  const RawSocket first = RawSocket::connect(address);
  const RawSocket second = RawSocket::connect(address);
  listener_.close();
  EXPECT_EQ(accepted_.size(), 2U);
  accepted_.clear();
  EXPECT_TRUE(test::run_dry(loop_));
}

TEST_F(ListenerTest, MayBeClosedInsideOnAccept) {
  const Address address = open(listener_);
  int connections = 0;
  listener_.start([&](const Descriptor&, const Listener::Endpoint&) {
    ++connections;
    listener_.close();
  });
  const RawSocket first = RawSocket::connect(address);
  const RawSocket second = RawSocket::connect(address);
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(connections, 2);
}

TEST_F(ListenerTest, PausesWhenMemoryRunsOutAndResumes) {
  const Address address = open(listener_);
  int calls = 0;
  listener_.start([&](const Descriptor&, const Listener::Endpoint&) {
    if (++calls == 1) throw std::bad_alloc();
  });
  const RawSocket refused = RawSocket::connect(address);
  const RawSocket served = RawSocket::connect(address);
  EXPECT_TRUE(run_until(loop_, [&] { return calls == 2; }));
  EXPECT_EQ(count_of(pipe_.read(), "cannot accept connections"), 1U);
}

// accept(2), "Error handling": EMFILE leaves the connection in the queue, so a loop that retries at once
// would spin.
TEST_F(ListenerTest, PausesWithoutDescriptorsAndResumes) {
  const Address address = open_and_start(listener_);
  const RawSocket client = RawSocket::connect(address);
  std::size_t handlers = 0;
  {
    const NoDescriptors no_descriptors;
    handlers = test::run_for(loop_, 350ms);
  }
  EXPECT_TRUE(accepted_.empty());
  EXPECT_GE(handlers, 2U) << "it tries again";
  EXPECT_LE(handlers, 10U) << "but does not spin";
  const std::string log = pipe_.read();
  EXPECT_EQ(count_of(log, "cannot accept connections"), 1U) << "one line a second: " << log;
  EXPECT_NE(log.find(std::strerror(EMFILE)), log.npos) << log;

  EXPECT_TRUE(accepts(1));
  const RawSocket next = RawSocket::connect(address);
  EXPECT_TRUE(accepts(2));
}

TEST_F(ListenerTest, MayBeClosedDuringAPause) {
  const Address address = open_and_start(listener_);
  const RawSocket client = RawSocket::connect(address);
  {
    const NoDescriptors no_descriptors;
    test::run_for(loop_, 20ms);
  }
  EXPECT_TRUE(accepted_.empty());
  listener_.close();
  EXPECT_EQ(accepted_.size(), 1U);
  accepted_.clear();
  EXPECT_TRUE(test::run_dry(loop_));
}

TEST_F(ListenerTest, AcceptsTheRestOnceThereAreDescriptors) {
  const Address address = open_and_start(listener_);
  std::vector<RawSocket> clients;
  for (int i = 0; i < 3; ++i)
    clients.push_back(RawSocket::connect(address));
  {
    const NoDescriptors no_descriptors;
    EXPECT_FALSE(listener_.accept_rest());
    EXPECT_TRUE(accepted_.empty());
  }
  EXPECT_TRUE(listener_.accept_rest());
  EXPECT_EQ(accepted_.size(), 3U);
}

TEST_F(ListenerTest, AcceptsTheRestBehindAConnectionThatItsOwnerCannotTake) {
  const Address address = open(listener_);
  int calls = 0;
  listener_.start([&](const Descriptor&, const Listener::Endpoint&) {
    if (++calls == 1) throw std::bad_alloc();
  });
  std::vector<RawSocket> clients;
  for (int i = 0; i < 3; ++i)
    clients.push_back(RawSocket::connect(address));
  listener_.close();
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(count_of(pipe_.read(), "cannot accept connections"), 1U);
}

// The pause ends behind the timer that closes the listener. The loop does not run meanwhile, so that both are
// due at once.
TEST_F(ListenerTest, MayBeClosedAtTheEndOfAPause) {
  const Address address = open_and_start(listener_);
  const RawSocket client = RawSocket::connect(address);
  {
    const NoDescriptors no_descriptors;
    test::run_for(loop_, 20ms);
  }
  Timer earlier(loop_.io.get_executor());
  test::call_at(earlier, Clock::now(), [&] { listener_.close(); });
  for (const TimePoint due = Clock::now() + 200ms; Clock::now() < due;) {
  }
  EXPECT_TRUE(run_until(loop_, [&] { return accepted_.size() == 1; }));
  accepted_.clear();
  EXPECT_TRUE(test::run_dry(loop_)) << "a closed listener does not try again";
  EXPECT_TRUE(accepted_.empty());
}

}  // namespace
}  // namespace wayside::net
