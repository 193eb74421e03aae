#include "wayside/net/connector.hpp"

#include "support/connection.hpp"
#include "support/failing_memory.hpp"
#include "support/io_loop.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace wayside::net {
namespace {

using test::CountingWaiter;
using test::FakeBackend;
using test::RawSocket;
using test::run_until;

constexpr Milliseconds kLimit = test::kPatience;

class ConnectorTest : public testing::Test {
 protected:
  // The result of one attempt.
  Result<Stream> connect(Connector& connector) {
    ConnectAttempt attempt = connector.start(waiter_, kLimit);
    EXPECT_TRUE(run_until(loop_, [&] { return attempt.finished(); }));
    return attempt.take();
  }
  Result<Stream> connect(Address address) {
    Connector connector(loop_.readiness, std::move(address));
    return connect(connector);
  }

  // Bytes go both ways.
  void expect_connected(Result<Stream> stream, RawSocket peer) {
    ASSERT_TRUE(stream.has_value()) << stream.error().message();
    const boost::asio::const_buffer ping("ping", 4);
    EXPECT_EQ(stream->write_some({&ping, 1}).value(), 4U);
    EXPECT_EQ(peer.read_exactly(4), "ping");
    peer.send("pong");
    stream->watch_readable();
    ASSERT_TRUE(run_until(loop_, [&] { return stream->readable(); }));
    EXPECT_EQ(test::read_available(*stream), "pong");
  }

  test::IoLoop loop_;
  CountingWaiter waiter_;
};

bool has_ipv6() {
  try {
    const FakeBackend listens("::1");
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// Not every /etc/hosts gives "localhost" both addresses.
bool localhost_is(const char* address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo("localhost", nullptr, &hints, &found) != 0) return false;
  bool is_there = false;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    char text[NI_MAXHOST];
    ::getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    is_there = is_there || std::string(text) == address;
  }
  ::freeaddrinfo(found);
  return is_there;
}

// A port of the loopback interface without a listener.
Address refusing_address() {
  FakeBackend backend;
  return backend.address();
}

TEST_F(ConnectorTest, ConnectsToAnIpv4Literal) {
  FakeBackend backend("127.0.0.1");
  Result<Stream> stream = connect(backend.address());
  expect_connected(std::move(stream), backend.accept());
  EXPECT_EQ(waiter_.wakes(), 1);
}

// A head and its first body bytes leave in one call, so Nagle's algorithm could only delay them. On the
// loopback, so could a congestion control that paces.
TEST_F(ConnectorTest, MakesStreamsThatNeitherBlockNorDelay) {
  FakeBackend backend("127.0.0.1");
  const Result<Stream> stream = connect(backend.address());
  ASSERT_TRUE(stream.has_value());
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  ASSERT_EQ(::getsockopt(stream->descriptor(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_NE(no_delay, 0);
  EXPECT_EQ(test::congestion_control(stream->descriptor()), "reno");
  EXPECT_NE(::fcntl(stream->descriptor(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(stream->descriptor(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(ConnectorTest, ConnectsToAnIpv6Literal) {
  if (!has_ipv6()) GTEST_SKIP() << "this machine has no ::1";
  FakeBackend backend("::1");
  Result<Stream> stream = connect(backend.address());
  ASSERT_TRUE(stream.has_value());
  EXPECT_EQ(test::congestion_control(stream->descriptor()), "reno");
  expect_connected(std::move(stream), backend.accept());
}

// A name may have addresses without a listener: each is tried, in any order.
TEST_F(ConnectorTest, TriesEveryAddressOfAName) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    if (!localhost_is(host)) continue;
    FakeBackend backend(host);
    Connector connector(loop_.readiness, Address{"localhost", backend.address().port, {}});
    for (int i = 0; i < 2; ++i) {  // by a look-up, and by its fresh answer
      Result<Stream> stream = connect(connector);
      expect_connected(std::move(stream), backend.accept());
    }
  }
}

TEST_F(ConnectorTest, ReportsARefusal) {
  const Result<Stream> stream = connect(refusing_address());
  ASSERT_TRUE(stream.has_error());
  EXPECT_EQ(stream.error(), boost::asio::error::connection_refused);
  EXPECT_EQ(waiter_.wakes(), 1);
}

TEST_F(ConnectorTest, ReportsTheErrorOfTheLastAddressOfAName) {
  const Result<Stream> stream = connect({"localhost", refusing_address().port, {}});
  ASSERT_TRUE(stream.has_error());
  EXPECT_EQ(stream.error(), boost::asio::error::connection_refused);
}

// Too long for a name, so no name server is asked.
TEST_F(ConnectorTest, ReportsANameThatDoesNotResolve) {
  const Result<Stream> stream = connect({std::string(300, 'x'), 80, {}});
  EXPECT_TRUE(stream.has_error());
  EXPECT_EQ(waiter_.wakes(), 1);
}

TEST_F(ConnectorTest, ReportsEachFailureAnew) {
  Connector connector(loop_.readiness, Address{"localhost", refusing_address().port, {}});
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(connect(connector).has_error());
    EXPECT_EQ(waiter_.wakes(), i);
  }
}

TEST_F(ConnectorTest, RunsSeveralAttemptsAtOnce) {
  FakeBackend backend;
  Connector connector(loop_.readiness, Address{"localhost", backend.address().port, {}});
  ConnectAttempt first = connector.start(waiter_, kLimit);
  ConnectAttempt second = connector.start(waiter_, kLimit);
  ASSERT_TRUE(run_until(loop_, [&] { return first.finished() && second.finished(); }));
  Result<Stream> first_stream = first.take();
  Result<Stream> second_stream = second.take();
  expect_connected(std::move(first_stream), backend.accept());
  expect_connected(std::move(second_stream), backend.accept());
}

TEST_F(ConnectorTest, NeverWakesInsideStart) {
  const std::string nowhere = "/nonexistent/wayside.sock";
  for (const Address& address : {refusing_address(), Address{{}, 0, nowhere}, Address{"localhost", 1, {}}}) {
    Connector connector(loop_.readiness, address);
    const int wakes = waiter_.wakes();
    ConnectAttempt attempt = connector.start(waiter_, kLimit);
    EXPECT_EQ(waiter_.wakes(), wakes);
    EXPECT_FALSE(attempt.finished());
    EXPECT_TRUE(run_until(loop_, [&] { return attempt.finished(); }));
  }
}

// While the connection is made, and while the name is looked up.
TEST_F(ConnectorTest, MayBeCancelled) {
  FakeBackend backend;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    Connector connector(loop_.readiness, Address{host, backend.address().port, {}});
    std::optional<ConnectAttempt> attempt(connector.start(waiter_, kLimit));
    attempt.reset();
  }
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(waiter_.wakes(), 0);
}

// A finished attempt whose stream is not taken closes the connection.
TEST_F(ConnectorTest, ClosesAConnectionThatIsNotTaken) {
  FakeBackend backend;
  Connector connector(loop_.readiness, backend.address());
  {
    const ConnectAttempt attempt = connector.start(waiter_, kLimit);
    ASSERT_TRUE(run_until(loop_, [&] { return attempt.finished(); }));
  }
  EXPECT_EQ(backend.accept().read_to_end(), "");
}

// Each allocation of start() fails in turn. The waiter is destroyed when it throws.
TEST_F(ConnectorTest, LeavesNothingBehindWhereMemoryRunsOut) {
  FakeBackend backend;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    bool memory_sufficed = false;
    for (long number = 0; !memory_sufficed; ++number) {
      Connector connector(loop_.readiness, Address{host, backend.address().port, {}});
      std::optional<CountingWaiter> waiter(std::in_place);
      try {
        const test::FailingMemory no_memory(number);
        const ConnectAttempt attempt = connector.start(*waiter, kLimit);
        memory_sufficed = !no_memory.has_failed();
      } catch (const std::bad_alloc&) {
        waiter.reset();
      }
      test::run_ready(loop_);
    }
  }
}

TEST_F(ConnectorTest, MayBeReplaced) {
  FakeBackend backend;
  Connector connector(loop_.readiness, backend.address());
  ConnectAttempt attempt = connector.start(waiter_, kLimit);
  attempt = connector.start(waiter_, kLimit);
  ASSERT_TRUE(run_until(loop_, [&] { return attempt.finished(); }));
  EXPECT_TRUE(attempt.take().has_value());
}

class UnixConnectorTest : public ConnectorTest {
 protected:
  void SetUp() override {
    std::string folder = std::filesystem::temp_directory_path() / "wayside-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder_ / "app.sock";
  }
  void TearDown() override {
    ::close(listener_);
    std::filesystem::remove_all(folder_);
  }

  void listen(int backlog) {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener_, backlog), 0);
  }
  RawSocket accept() { return RawSocket(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)); }

  int listener_ = -1;
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(UnixConnectorTest, ConnectsToAPath) {
  listen(1);
  Result<Stream> stream = connect({{}, 0, path_});
  expect_connected(std::move(stream), accept());
}

// connect(2) to a unix socket fails with EAGAIN where TCP would wait.
TEST_F(UnixConnectorTest, WaitsForRoomInAFullQueue) {
  listen(0);
  Connector connector(loop_.readiness, Address{{}, 0, path_});
  ConnectAttempt first = connector.start(waiter_, kLimit);
  ASSERT_TRUE(run_until(loop_, [&] { return first.finished(); }));
  ConnectAttempt second = connector.start(waiter_, kLimit);
  test::run_for(loop_, Milliseconds(50));
  ASSERT_FALSE(second.finished()) << "a queue of no length takes one";
  const RawSocket first_peer = accept();
  ASSERT_TRUE(run_until(loop_, [&] { return second.finished(); }));
  expect_connected(second.take(), accept());
}

TEST_F(UnixConnectorTest, ReportsAMissingPath) {
  const Result<Stream> stream = connect({{}, 0, path_});
  ASSERT_TRUE(stream.has_error());
  EXPECT_EQ(stream.error(), boost::system::errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace wayside::net
