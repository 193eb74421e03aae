#include "wayside/net/stream.hpp"

#include "wayside/net/pipe.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstring>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

using test::Connection;
using test::CountingWaiter;
using test::run_ready;
using test::run_until;
namespace error = boost::asio::error;

class StreamTest : public testing::Test {
 protected:
  bool wait_until_readable() {
    stream_.watch_readable();
    return run_until(loop_, [&] { return stream_.readable(); });
  }

  std::string read(std::size_t size) {
    std::string bytes(size, '\0');
    const Result<std::size_t> count = stream_.read_some(bytes);
    return count ? bytes.substr(0, *count) : count.error().message();
  }

  error_code read_error() {
    std::array<char, 16> bytes;
    const Result<std::size_t> count = stream_.read_some(bytes);
    return count ? error_code{} : count.error();
  }

  test::IoLoop loop_;
  Connection connection_ = test::tcp_connection(loop_);
  Stream& stream_ = connection_.stream;
  test::RawSocket& peer_ = connection_.peer;
  CountingWaiter waiter_;
};

TEST_F(StreamTest, StartsWritableAndNotYetReadable) {
  EXPECT_TRUE(stream_.is_open());
  EXPECT_TRUE(stream_.writable());
  EXPECT_FALSE(stream_.readable());
  EXPECT_EQ(read_error(), error::would_block) << "it never blocks";
}

TEST_F(StreamTest, WakesItsWaiterWhenBytesCome) {
  stream_.set_waiter(&waiter_);
  stream_.watch_readable();
  run_ready(loop_);
  EXPECT_EQ(waiter_.wakes(), 0);
  peer_.send("hello");
  ASSERT_TRUE(run_until(loop_, [&] { return waiter_.wakes() != 0; }));
  EXPECT_TRUE(stream_.readable());
  EXPECT_EQ(read(16), "hello");
}

TEST_F(StreamTest, WakesOncePerWatch) {
  stream_.set_waiter(&waiter_);
  stream_.watch_readable();
  stream_.watch_readable();
  peer_.send("a");
  ASSERT_TRUE(run_until(loop_, [&] { return waiter_.wakes() != 0; }));
  peer_.send("b");
  run_ready(loop_);
  EXPECT_EQ(waiter_.wakes(), 1) << "nobody watches any more";
  stream_.watch_readable();
  run_ready(loop_);
  EXPECT_EQ(waiter_.wakes(), 1) << "what is readable already is not watched";
}

TEST_F(StreamTest, RemembersAnEventWithoutAWatch) {
  stream_.set_waiter(nullptr);
  stream_.watch_readable();
  peer_.send("a");
  EXPECT_TRUE(run_until(loop_, [&] { return stream_.readable(); }));
}

TEST_F(StreamTest, StaysReadableUntilAReadComesBackShort) {
  peer_.send("abcdef");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(3), "abc");
  EXPECT_TRUE(stream_.readable()) << "a full read says nothing about what is left";
  EXPECT_EQ(read(4), "def");
  EXPECT_FALSE(stream_.readable());
}

TEST_F(StreamTest, IsNotReadableAfterAReadThatFindsNothing) {
  peer_.send("abc");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(3), "abc");
  EXPECT_TRUE(stream_.readable());
  EXPECT_EQ(read_error(), error::would_block);
  EXPECT_FALSE(stream_.readable());
}

TEST_F(StreamTest, BecomesReadableAgainAfterAShortRead) {
  peer_.send("abc");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(16), "abc");
  peer_.send("def");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(16), "def");
}

// Bytes that come between a short read and the watch must not be lost.
TEST_F(StreamTest, FindsBytesThatCameBeforeTheWatch) {
  peer_.send("abc");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(16), "abc");
  EXPECT_FALSE(stream_.readable());
  peer_.shutdown_send();
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read_error(), error::eof);
}

// One event reports both, so a short read is not the last.
TEST_F(StreamTest, FindsTheEndThatCameWithTheBytes) {
  peer_.send("abc");
  peer_.shutdown_send();
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(16), "abc");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read_error(), error::eof);
}

TEST_F(StreamTest, FindsTheEndThatCameWithTheBytesOverUnixSockets) {
  Connection connection = test::unix_connection(loop_);
  connection.peer.send("abc");
  connection.peer.close();
  connection.stream.watch_readable();
  ASSERT_TRUE(run_until(loop_, [&] { return connection.stream.readable(); }));
  std::array<char, 16> bytes;
  EXPECT_EQ(connection.stream.read_some(bytes).value(), 3U);
  EXPECT_TRUE(connection.stream.readable());
  EXPECT_EQ(connection.stream.read_some(bytes).error(), error::eof);
}

// A read stops in front of urgent data (tcp(7)), however much room it has.
TEST_F(StreamTest, FindsBytesBehindUrgentData) {
  peer_.send("abc");
  peer_.send_urgent('!');
  peer_.send("def");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(16), "abc");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(16), "def");
}

TEST_F(StreamTest, NeverTakesAnEmptyBufferForTheEnd) {
  peer_.send("abc");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(stream_.read_some({}).value(), 0U);
  EXPECT_TRUE(stream_.readable());
  EXPECT_EQ(read(16), "abc");
}

// An event is reported once, and the stream keeps it for a late reader.
TEST_F(StreamTest, KeepsAnEventForALateReader) {
  stream_.set_waiter(&waiter_);
  peer_.send("abc");
  ASSERT_TRUE(run_until(loop_, [&] { return stream_.readable(); }));
  EXPECT_EQ(waiter_.wakes(), 0);
  EXPECT_EQ(read(16), "abc");
}

TEST_F(StreamTest, StaysReadableAtItsEnd) {
  peer_.shutdown_send();
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read_error(), error::eof);
  EXPECT_TRUE(stream_.readable());
  EXPECT_EQ(read_error(), error::eof) << "the end is there for whoever looks again";
}

TEST_F(StreamTest, ReportsAReset) {
  peer_.reset();
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read_error(), error::connection_reset);
}

TEST_F(StreamTest, YieldsUntilTheNextTurnOfTheLoop) {
  peer_.send("abc");
  ASSERT_TRUE(wait_until_readable());
  stream_.set_waiter(&waiter_);
  stream_.yield_readable();
  EXPECT_FALSE(stream_.readable());
  ASSERT_TRUE(run_until(loop_, [&] { return waiter_.wakes() != 0; })) << "the bytes are still there";
  EXPECT_TRUE(stream_.readable());
  EXPECT_EQ(read(16), "abc");
}

TEST_F(StreamTest, PassesBytesOnByAPipe) {
  Connection other = test::tcp_connection(loop_);
  PipePool pipes;
  Pipe pipe = pipes.take();
  EXPECT_EQ(stream_.read_some(pipe, 100).error(), error::would_block);
  peer_.send("abcdef");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(stream_.read_some(pipe, 4).value(), 4U);
  EXPECT_TRUE(stream_.readable()) << "a pipe says nothing about what is left";
  EXPECT_EQ(other.stream.write_some(pipe).value(), 4U);
  EXPECT_TRUE(pipe.empty());
  EXPECT_EQ(other.peer.read_exactly(4), "abcd");
  EXPECT_EQ(stream_.read_some(pipe, 100).value(), 2U);
  EXPECT_EQ(other.stream.write_some(pipe).value(), 2U);
  EXPECT_EQ(other.peer.read_exactly(2), "ef");
  EXPECT_EQ(stream_.read_some(pipe, 100).error(), error::would_block);
  EXPECT_FALSE(stream_.readable());
  peer_.shutdown_send();
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(stream_.read_some(pipe, 100).error(), error::eof);
}

TEST_F(StreamTest, FindsBytesBehindUrgentDataByAPipe) {
  Connection other = test::unix_connection(loop_);
  PipePool pipes;
  Pipe pipe = pipes.take();
  peer_.send("abc");
  peer_.send_urgent('!');
  peer_.send("def");
  for (const std::string_view piece : {"abc", "def"}) {
    ASSERT_TRUE(wait_until_readable());
    EXPECT_EQ(stream_.read_some(pipe, 100).value(), 3U);
    EXPECT_EQ(other.stream.write_some(pipe).value(), 3U);
    EXPECT_EQ(other.peer.read_exactly(3), piece);
  }
  EXPECT_EQ(stream_.read_some(pipe, 100).error(), error::would_block);
  peer_.send("ghi");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(stream_.read_some(pipe, 100).value(), 3U);
  EXPECT_EQ(other.stream.write_some(pipe).value(), 3U);
  EXPECT_EQ(other.peer.read_exactly(3), "ghi");
  peer_.shutdown_send();
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(stream_.read_some(pipe, 100).error(), error::eof);
}

TEST_F(StreamTest, KeepsUnsentBytesInThePipe) {
  Connection full = test::tcp_connection(loop_);
  const std::size_t sent = test::fill(full.stream);
  PipePool pipes;
  Pipe pipe = pipes.take();
  peer_.send("abc");
  ASSERT_TRUE(wait_until_readable());
  ASSERT_EQ(stream_.read_some(pipe, 3).value(), 3U);
  EXPECT_EQ(full.stream.write_some(pipe).error(), error::would_block);
  EXPECT_FALSE(full.stream.writable());
  EXPECT_EQ(pipe.size(), 3U);
  full.stream.watch_writable();
  full.peer.skip_exactly(sent);
  ASSERT_TRUE(run_until(loop_, [&] { return full.stream.writable(); }));
  EXPECT_EQ(full.stream.write_some(pipe).value(), 3U);
  EXPECT_EQ(full.peer.read_exactly(3), "abc");
}

// splice(2) has no flag that prevents the signal.
TEST_F(StreamTest, ReportsAPeerThatTakesNothingFromAPipe) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  Connection gone = test::unix_connection(loop_);
  gone.peer.close();
  PipePool pipes;
  Pipe pipe = pipes.take();
  peer_.send("abc");
  ASSERT_TRUE(wait_until_readable());
  ASSERT_EQ(stream_.read_some(pipe, 3).value(), 3U);
  EXPECT_EQ(gone.stream.write_some(pipe).error(), error::broken_pipe);
  std::signal(SIGPIPE, before);
}

TEST_F(StreamTest, IsKnownToBeQuietOnceTheKernelWasAsked) {
  run_ready(loop_);
  const TimePoint since = Clock::now();
  EXPECT_FALSE(stream_.is_known_quiet(since)) << "not since then";
  loop_.readiness.woke();
  EXPECT_FALSE(stream_.is_known_quiet(since)) << "the thread woke for something else";
  Connection other = test::tcp_connection(loop_);
  other.peer.send("a");
  ASSERT_TRUE(run_until(loop_, [&] { return other.stream.readable(); }));
  EXPECT_TRUE(stream_.is_known_quiet(since));
  peer_.send("a");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_FALSE(stream_.is_known_quiet(since));
  read(16);
  EXPECT_TRUE(stream_.is_known_quiet(since));
}

// The event of the stream is in the batch, behind that of another.
TEST_F(StreamTest, IsNotQuietWhileItsEventWaits) {
  run_ready(loop_);
  const TimePoint since = Clock::now();
  Connection other = test::tcp_connection(loop_);
  run_ready(loop_);
  struct Asking final : Waiter {
    void wake() override { answers.push_back(subject->is_known_quiet(since)); }
    Stream* subject = nullptr;
    TimePoint since{};
    std::vector<bool> answers;
  };
  Asking first;
  Asking second;
  first.since = second.since = since;
  first.subject = &other.stream;
  second.subject = &stream_;
  stream_.set_waiter(&first);
  other.stream.set_waiter(&second);
  stream_.watch_readable();
  other.stream.watch_readable();
  peer_.send("a");
  other.peer.send("b");
  ASSERT_TRUE(run_until(loop_, [&] { return stream_.readable() && other.stream.readable(); }));
  EXPECT_EQ(first.answers, std::vector{false});
  EXPECT_EQ(second.answers, std::vector{false});
}

TEST_F(StreamTest, PeeksWithoutTaking) {
  EXPECT_EQ(stream_.peek(), Stream::Peeked::kNothing);
  peer_.send("a");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(stream_.peek(), Stream::Peeked::kBytes);
  EXPECT_EQ(stream_.peek(), Stream::Peeked::kBytes);
  EXPECT_EQ(read(1), "a");
  EXPECT_TRUE(stream_.readable());
  EXPECT_EQ(stream_.peek(), Stream::Peeked::kNothing);
  EXPECT_FALSE(stream_.readable()) << "a peek that finds nothing is as good as a read";
  peer_.shutdown_send();
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(stream_.peek(), Stream::Peeked::kEnd);
  EXPECT_TRUE(stream_.readable());
}

TEST_F(StreamTest, PeeksAFailure) {
  peer_.reset();
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(stream_.peek(), Stream::Peeked::kFailed);
}

TEST_F(StreamTest, WritesAllPiecesInOrder) {
  const std::array<boost::asio::const_buffer, 3> pieces = {
      boost::asio::buffer("ab", 2), boost::asio::buffer("", 0), boost::asio::buffer("cde", 3)};
  EXPECT_EQ(stream_.write_some(pieces).value(), 5U);
  EXPECT_TRUE(stream_.writable());
  EXPECT_EQ(peer_.read_exactly(5), "abcde");
}

TEST_F(StreamTest, IsWritableAgainWhenThePeerHasRead) {
  stream_.set_waiter(&waiter_);
  const std::size_t sent = test::fill(stream_);
  EXPECT_FALSE(stream_.writable());
  stream_.watch_writable();
  run_ready(loop_);
  EXPECT_EQ(waiter_.wakes(), 0);
  peer_.read_exactly(sent);
  ASSERT_TRUE(run_until(loop_, [&] { return waiter_.wakes() != 0; }));
  EXPECT_TRUE(stream_.writable());
  EXPECT_EQ(waiter_.wakes(), 1);
}

TEST_F(StreamTest, IgnoresAWatchThatIsAlreadyTrue) {
  stream_.set_waiter(&waiter_);
  stream_.watch_writable();
  run_ready(loop_);
  EXPECT_EQ(waiter_.wakes(), 0);
}

TEST_F(StreamTest, WakesAWriterWhosePeerIsGone) {
  test::fill(stream_);
  stream_.set_waiter(&waiter_);
  stream_.watch_writable();
  peer_.reset();
  ASSERT_TRUE(run_until(loop_, [&] { return waiter_.wakes() != 0; }));
  const boost::asio::const_buffer piece = boost::asio::buffer("x", 1);
  EXPECT_TRUE(stream_.write_some({&piece, 1}).has_error());
}

TEST_F(StreamTest, ShutsDownOneDirection) {
  stream_.shutdown_send();
  EXPECT_EQ(peer_.read_to_end(), "");
  EXPECT_FALSE(peer_.was_reset());
  peer_.send("still heard");
  ASSERT_TRUE(wait_until_readable());
  EXPECT_EQ(read(16), "still heard");
}

// RFC 9112 section 8: the peer must recognise a truncated message.
TEST_F(StreamTest, AbortsWithAReset) {
  stream_.abort();
  EXPECT_FALSE(stream_.is_open());
  EXPECT_EQ(peer_.read_to_end(), "");
  EXPECT_TRUE(peer_.was_reset());
}

TEST_F(StreamTest, WakesNoWaiterWhenClosed) {
  stream_.set_waiter(&waiter_);
  stream_.watch_readable();
  test::fill(stream_);
  stream_.watch_writable();
  stream_.close();
  stream_.close();
  EXPECT_FALSE(stream_.is_open());
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(waiter_.wakes(), 0);
  EXPECT_FALSE(stream_.readable());
}

TEST_F(StreamTest, KeepsItsWatchesWhenMoved) {
  stream_.set_waiter(&waiter_);
  stream_.watch_readable();
  Stream moved(std::move(stream_));
  peer_.send("abc");
  ASSERT_TRUE(run_until(loop_, [&] { return waiter_.wakes() != 0; }));
  EXPECT_TRUE(moved.readable());
  EXPECT_EQ(test::read_available(moved), "abc");
}

TEST_F(StreamTest, WorksOverUnixSockets) {
  Connection connection = test::unix_connection(loop_);
  connection.stream.set_waiter(&waiter_);
  connection.stream.watch_readable();
  connection.peer.send("abc");
  ASSERT_TRUE(run_until(loop_, [&] { return waiter_.wakes() != 0; }));
  EXPECT_EQ(test::read_available(connection.stream), "abc");
}

// AddressSanitizer judges the rest: neither a leak nor a use after free.

TEST(StreamLifetime, MayEndWithWatchesArmed) {
  test::IoLoop loop;
  CountingWaiter waiter;
  {
    Connection connection = test::tcp_connection(loop);
    connection.stream.set_waiter(&waiter);
    test::fill(connection.stream);
    connection.stream.watch_readable();
    connection.stream.watch_writable();
  }
  EXPECT_TRUE(test::run_dry(loop));
  EXPECT_EQ(waiter.wakes(), 0);
}

// Two events of one batch: the handler of the first ends the stream of the other.
TEST(StreamLifetime, MayEndBetweenAnEventAndItsHandler) {
  test::IoLoop loop;
  std::array<std::unique_ptr<Connection>, 2> connections;
  struct Destroyer final : Waiter {
    explicit Destroyer(std::array<std::unique_ptr<Connection>, 2>& all) : all_connections(all) {}
    void wake() override {
      ++wakes;
      for (auto& connection : all_connections)
        connection.reset();
    }
    std::array<std::unique_ptr<Connection>, 2>& all_connections;
    int wakes = 0;
  } destroyer(connections);
  for (auto& connection : connections) {
    connection = std::make_unique<Connection>(test::tcp_connection(loop));
    connection->stream.set_waiter(&destroyer);
    connection->stream.watch_readable();
    connection->peer.send("a");
  }
  EXPECT_TRUE(test::run_dry(loop));
  EXPECT_EQ(destroyer.wakes, 1);
}

TEST(StreamLifetime, MayEndInsideItsOwnWakeup) {
  test::IoLoop loop;
  std::optional<Connection> connection(test::tcp_connection(loop));
  struct Destroyer final : Waiter {
    explicit Destroyer(std::optional<Connection>& to_destroy) : target(to_destroy) {}
    void wake() override { target.reset(); }
    std::optional<Connection>& target;
  } destroyer(connection);
  test::fill(connection->stream);
  connection->stream.set_waiter(&destroyer);
  connection->stream.watch_readable();
  connection->stream.watch_writable();
  connection->peer.send("a");
  EXPECT_TRUE(run_until(loop, [&] { return !connection.has_value(); }));
  EXPECT_TRUE(test::run_dry(loop));
}

TEST(StreamLifetime, MayEndBeforeItsTurnAfterAYield) {
  test::IoLoop loop;
  CountingWaiter waiter;
  std::optional<Connection> connection(test::tcp_connection(loop));
  connection->stream.set_waiter(&waiter);
  connection->stream.yield_readable();
  connection.reset();
  EXPECT_TRUE(test::run_dry(loop));
  EXPECT_EQ(waiter.wakes(), 0);
}

TEST_F(StreamTest, AcknowledgesWithoutWaitingForAnAnswerToCarryIt) {
  const auto delays_acknowledgements = [&] {
    int at_once = 0;
    socklen_t size = sizeof at_once;
    EXPECT_EQ(::getsockopt(stream_.descriptor(), IPPROTO_TCP, TCP_QUICKACK, &at_once, &size), 0);
    return at_once == 0;
  };
  // On a connection where both sides send in turn, TCP delays acknowledgements.
  constexpr int kEnough = 100;
  const boost::asio::const_buffer answer("a", 1);
  for (int i = 0; i < kEnough && !delays_acknowledgements(); ++i) {
    peer_.send("q");
    ASSERT_TRUE(wait_until_readable());
    read(16);
    ASSERT_TRUE(stream_.write_some({&answer, 1}));
    peer_.read_exactly(1);
  }
  ASSERT_TRUE(delays_acknowledgements());
  stream_.acknowledge();
  EXPECT_FALSE(delays_acknowledgements());
}

// The kernel reports a reset once, to the first call, and an ordinary end afterwards.
TEST_F(StreamTest, RemembersAResetThatAWriteMet) {
  const boost::asio::const_buffer bytes("b", 1);
  peer_.reset();
  ASSERT_TRUE(wait_until_readable());
  ASSERT_FALSE(stream_.write_some({&bytes, 1}));
  EXPECT_NE(read_error(), error_code());
  EXPECT_NE(read_error(), error::eof);
}

// Bytes that come with a descriptor end a read, and no event reports those behind them.
TEST(UnixStream, FindsBytesBehindADescriptor) {
  test::IoLoop loop;
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
  const Descriptor peer(ends[1]);
  Stream stream(loop, Descriptor(ends[0]));
  char head[] = "head";
  iovec part{head, 4};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int sent = peer.number();
  std::memcpy(CMSG_DATA(header), &sent, sizeof sent);
  ASSERT_EQ(::sendmsg(peer.number(), &message, 0), 4);
  ASSERT_EQ(::send(peer.number(), "body", 4, 0), 4);

  CountingWaiter waiter;
  stream.set_waiter(&waiter);
  stream.watch_readable();
  ASSERT_TRUE(run_until(loop, [&] { return stream.readable(); }));
  std::array<char, 64> bytes;
  EXPECT_EQ(*stream.read_some(bytes), 4U);
  EXPECT_TRUE(stream.readable());
  EXPECT_EQ(*stream.read_some(bytes), 4U);
  EXPECT_FALSE(stream.readable());
}

// A unix socket reports EPOLLOUT each time that the peer has read.
TEST(UnixStream, ReportsNoWritabilityBeforeAWatch) {
  test::IoLoop loop;
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
  test::RawSocket peer(ends[1]);
  Stream stream(loop, Descriptor(ends[0]));
  run_ready(loop);
  const boost::asio::const_buffer bytes("b", 1);
  ASSERT_TRUE(stream.write_some({&bytes, 1}));
  peer.read_exactly(1);
  EXPECT_FALSE(test::take_turn(loop));
  test::fill(stream);
  stream.watch_writable();
  EXPECT_FALSE(stream.writable());
  while (!stream.writable()) {
    peer.read_exactly(1024);
    run_ready(loop);
  }
}

}  // namespace
}  // namespace wayside::net
