// A stream that speaks TLS keeps the contract of one that does not.
#include "wayside/net/stream.hpp"
#include "wayside/tls/error.hpp"

#include "support/certificates.hpp"
#include "support/connection.hpp"
#include "support/io_loop.hpp"
#include "support/tls_pair.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/socket.h>

namespace wayside::net {
namespace {

using test::CountingWaiter;
using test::run_until;
namespace error = boost::asio::error;

class StreamTlsTest : public testing::Test {
 protected:
  StreamTlsTest() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
      throw std::runtime_error("no sockets");
    server_.emplace(loop_, Descriptor(ends[0]));
    client_.emplace(loop_, Descriptor(ends[1]));
    server_->secure(std::make_unique<tls::Session>(context_, server_->descriptor()));
    client_->secure(std::make_unique<tls::Session>(
        test::client_context({.server_name = "a.test", .ca = certificates_.authority()}), nullptr,
        client_->descriptor()));
  }

  // Each end goes on when its watches say so.
  bool shake_hands() {
    CountingWaiter server_waiter;
    CountingWaiter client_waiter;
    server_->set_waiter(&server_waiter);
    client_->set_waiter(&client_waiter);
    error_code server = server_->shake_hands();
    error_code client = client_->shake_hands();
    int server_wakes = 0;
    int client_wakes = 0;
    const bool is_over = run_until(loop_, [&] {
      if (server == error::would_block && server_waiter.wakes() != server_wakes) {
        server_wakes = server_waiter.wakes();
        server = server_->shake_hands();
      }
      if (client == error::would_block && client_waiter.wakes() != client_wakes) {
        client_wakes = client_waiter.wakes();
        client = client_->shake_hands();
      }
      return server != error::would_block && client != error::would_block;
    });
    server_->set_waiter(nullptr);
    client_->set_waiter(nullptr);
    return is_over && !server && !client;
  }

  static std::size_t write(Stream& stream, std::string_view text) {
    const boost::asio::const_buffer piece(text.data(), text.size());
    const Result<std::size_t> count = stream.write_some({&piece, 1});
    return count ? *count : 0;
  }
  // Behind the handshake a stream is readable though nothing may have come.
  bool wait_until_readable(Stream& stream) {
    return run_until(loop_, [&] {
      stream.watch_readable();
      return stream.readable() && stream.peek() != Stream::Peeked::kNothing;
    });
  }
  static error_code read_error(Stream& stream) {
    std::array<char, 16> bytes{};
    const Result<std::size_t> count = stream.read_some(bytes);
    return count ? error_code{} : count.error();
  }

  test::IoLoop loop_;
  test::Certificates certificates_;
  std::shared_ptr<const tls::ServerContext> context_ =
      test::server_context({.certificates = {certificates_.make("a")}});
  std::optional<Stream> server_;
  std::optional<Stream> client_;
};

TEST_F(StreamTlsTest, CarriesBytes) {
  ASSERT_TRUE(shake_hands());
  EXPECT_FALSE(server_->takes_pipes());
  EXPECT_EQ(test::read_available(*server_), "");
  EXPECT_FALSE(server_->readable());
  EXPECT_EQ(write(*client_, "hello"), 5U);
  ASSERT_TRUE(wait_until_readable(*server_));
  EXPECT_EQ(server_->peek(), Stream::Peeked::kBytes);
  EXPECT_EQ(test::read_available(*server_), "hello");
  EXPECT_EQ(server_->peek(), Stream::Peeked::kNothing);
}

TEST_F(StreamTlsTest, IsReadableBehindTheHandshake) {
  ASSERT_TRUE(shake_hands());
  EXPECT_TRUE(server_->readable()) << "the request may have come with the end of the handshake";
}

// A record that OpenSSL has read is not reported by the kernel again.
TEST_F(StreamTlsTest, StaysReadableWhileThereAreDecryptedBytes) {
  ASSERT_TRUE(shake_hands());
  test::read_available(*server_);
  write(*client_, "abcdef");
  ASSERT_TRUE(wait_until_readable(*server_));
  std::array<char, 2> two{};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(server_->readable());
    EXPECT_EQ(server_->read_some(two).value(), 2U);
  }
  EXPECT_EQ(read_error(*server_), error::would_block);
  EXPECT_FALSE(server_->readable());
}

TEST_F(StreamTlsTest, ReadsSeveralRecords) {
  ASSERT_TRUE(shake_hands());
  test::read_available(*server_);
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const std::string piece(100, static_cast<char>('a' + i % 26));
    write(*client_, piece);
    all += piece;
  }
  ASSERT_TRUE(wait_until_readable(*server_));
  EXPECT_EQ(test::read_available(*server_), all);
}

TEST_F(StreamTlsTest, WaitsForRoom) {
  ASSERT_TRUE(shake_hands());
  test::read_available(*client_);
  std::string sent;
  const std::string text(100'000, 't');
  while (const std::size_t count = write(*server_, text))
    sent += text.substr(0, count);
  EXPECT_FALSE(server_->writable());
  server_->watch_writable();
  std::string received;
  const bool has_room = run_until(loop_, [&] {
    received += test::read_available(*client_);
    return server_->writable();
  });
  ASSERT_TRUE(has_room);
  const std::size_t count = write(*server_, text);
  ASSERT_GT(count, 0U);
  sent += text.substr(0, count);
  EXPECT_TRUE(run_until(loop_, [&] {
    received += test::read_available(*client_);
    return received.size() >= sent.size();
  }));
  EXPECT_EQ(received, sent);
}

TEST_F(StreamTlsTest, EndsInOrder) {
  ASSERT_TRUE(shake_hands());
  write(*client_, "last");
  client_->shutdown_send();
  ASSERT_TRUE(wait_until_readable(*server_));
  EXPECT_EQ(test::read_available(*server_), "last");
  EXPECT_EQ(read_error(*server_), error::eof);
  EXPECT_EQ(server_->peek(), Stream::Peeked::kEnd);
  EXPECT_EQ(write(*server_, "answer"), 6U);
  ASSERT_TRUE(wait_until_readable(*client_));
  EXPECT_EQ(test::read_available(*client_), "answer");
}

TEST_F(StreamTlsTest, SaysSoWhenItCloses) {
  ASSERT_TRUE(shake_hands());
  test::read_available(*client_);
  client_->close();
  ASSERT_TRUE(wait_until_readable(*server_));
  EXPECT_EQ(test::read_available(*server_), "");
  EXPECT_EQ(read_error(*server_), error::eof);
}

TEST_F(StreamTlsTest, AnAbortLooksLikeOne) {
  ASSERT_TRUE(shake_hands());
  test::read_available(*client_);
  client_->abort();
  ASSERT_TRUE(wait_until_readable(*server_));
  const error_code ec = read_error(*server_);
  EXPECT_TRUE(ec == tls::truncated() || ec == error::connection_reset) << ec.message();
  EXPECT_EQ(server_->peek(), Stream::Peeked::kFailed);
  EXPECT_TRUE(server_->readable()) << "a stream that has failed stays so";
}

// The end of the sending direction is told behind all that was written, even where the socket was full.
TEST_F(StreamTlsTest, EndsOnceThereIsRoom) {
  ASSERT_TRUE(shake_hands());
  write(*server_, "x");
  ASSERT_TRUE(wait_until_readable(*client_));
  EXPECT_EQ(test::read_available(*client_), "x") << "and the tickets in front of it";
  std::array<char, 4096> junk{};
  for (const std::size_t size : {junk.size(), std::size_t{1}}) {
    while (::send(server_->descriptor(), junk.data(), size, 0) > 0) {
    }
  }
  server_->shutdown_send();
  while (::recv(client_->descriptor(), junk.data(), junk.size(), 0) > 0) {
  }
  ASSERT_TRUE(wait_until_readable(*client_));
  EXPECT_EQ(read_error(*client_), error::eof) << read_error(*client_).message();
}

TEST_F(StreamTlsTest, YieldsWithDecryptedBytes) {
  ASSERT_TRUE(shake_hands());
  write(*client_, "abcd");
  ASSERT_TRUE(wait_until_readable(*server_));
  std::array<char, 2> two{};
  ASSERT_TRUE(server_->read_some(two));
  server_->yield_readable();
  EXPECT_FALSE(server_->readable());
  ASSERT_TRUE(wait_until_readable(*server_));
  EXPECT_EQ(test::read_available(*server_), "cd");
}

TEST_F(StreamTlsTest, CanGoBackToPlainBytes) {
  const std::string request = "GET / HTTP/1.1\r\n\r\n";
  ::send(client_->descriptor(), request.data(), request.size(), 0);
  ASSERT_TRUE(wait_until_readable(*server_));
  EXPECT_EQ(tls::handshake_result(server_->shake_hands()), tls::HandshakeResult::kPlainHttp);
  server_->drop_tls();
  EXPECT_EQ(write(*server_, "plain"), 5U);
  std::array<char, 10> bytes{};
  EXPECT_EQ(::recv(client_->descriptor(), bytes.data(), bytes.size(), 0), 5);
}

}  // namespace
}  // namespace wayside::net
