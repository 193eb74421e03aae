#include "proxy/body_relay.hpp"

#include "wayside/net/buffer.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"
#include "support/split_points.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::proxy {
namespace {

using http::Framing;
using http::Violation;
using Kind = Framing::Kind;
using Random = std::mt19937;
using test::Pieces;

constexpr Framing kChunked{Kind::kChunked, 0};
constexpr Framing kUntilClose{Kind::kUntilClose, 0};

// What the other side gets.
struct Relayed {
  std::string bytes;
  std::size_t taken = 0;
  bool is_done = false;
  std::uint64_t data_size = 0;
  std::optional<Violation> violation{};
};

class BodyRelayTest : public testing::Test {
 protected:
  // Relays pieces as an exchange does: each is read into a buffer, flushed, and consumed.
  Relayed relay(Framing incoming, bool outgoing_is_chunked, const Pieces& pieces, bool then_closed = false) {
    BodyRelay body(incoming, outgoing_is_chunked);
    net::Buffer buffer = pool_.take(net::BufferPool::Size::kLarge);
    Relayed relayed;
    for (const std::string_view piece : pieces) {
      std::ranges::copy(piece, buffer.space().begin());
      buffer.commit(piece.size());
      const auto taken = body.relay(buffer.data(), outbox_);
      if (!taken) {
        relayed.violation = taken.error();
        break;
      }
      relayed.bytes += sent();
      relayed.taken += *taken;
      buffer.consume(*taken);
      EXPECT_TRUE(body.done() || buffer.empty()) << "a body that goes on takes everything";
    }
    if (then_closed) {
      EXPECT_TRUE(body.relay_end_of_stream(outbox_));
      relayed.bytes += sent();
    }
    relayed.is_done = body.done();
    relayed.data_size = body.bytes();
    return relayed;
  }

  // What the outbox holds, by way of a stream: that is all it can be given to.
  std::string sent() {
    const std::uint64_t before = outbox_.written();
    EXPECT_EQ(outbox_.flush(connection_.stream), error_code());
    EXPECT_TRUE(outbox_.empty());
    return connection_.peer.read_exactly(outbox_.written() - before);
  }

  test::IoLoop loop_;
  test::Connection connection_ = test::unix_connection(loop_);
  net::BufferPool pool_;
  Outbox outbox_;
};

// Takes canonical chunks apart: lower-case sizes without padding, no extensions, no trailers. Shares no code
// with BodyCursor; nullopt for anything else, or if more follows.
std::optional<std::string> data_of_chunks(std::string_view bytes) {
  std::string data;
  for (;;) {
    const std::size_t line = bytes.find("\r\n");
    std::size_t size = 0;
    const auto [end, error] =
        std::from_chars(bytes.data(), bytes.data() + std::min(line, bytes.size()), size, 16);
    const bool is_canonical = error == std::errc{} && end == bytes.data() + line && bytes.front() != '+' &&
                              (size == 0 ? line == 1 : bytes.front() != '0');
    if (line == bytes.npos || !is_canonical) return std::nullopt;
    bytes.remove_prefix(line + 2);
    if (bytes.size() < size + 2 || bytes.substr(size, 2) != "\r\n") return std::nullopt;
    data += bytes.substr(0, size);
    bytes.remove_prefix(size + 2);
    if (size == 0) return bytes.empty() ? std::optional(data) : std::nullopt;
  }
}

TEST_F(BodyRelayTest, PassesALargeBodyOfKnownLengthByAPipe) {
  constexpr std::uint64_t kLength = 1'000'000;
  net::PipePool pipes;
  EXPECT_FALSE(BodyRelay({Kind::kLength, 1'000}, false).take_pipe(pipes));
  EXPECT_FALSE(BodyRelay({Kind::kLength, kLength}, true).take_pipe(pipes));
  EXPECT_FALSE(BodyRelay(kChunked, false).take_pipe(pipes));
  EXPECT_FALSE(BodyRelay(kUntilClose, false).take_pipe(pipes));

  test::Connection source = test::unix_connection(loop_);
  BodyRelay body({Kind::kLength, kLength}, false);
  ASSERT_TRUE(body.take_pipe(pipes));
  source.peer.send("hello");
  EXPECT_EQ(body.relay(source.stream, outbox_).value(), 5U);
  EXPECT_EQ(body.bytes(), 5U);
  EXPECT_EQ(sent(), "hello");
  EXPECT_FALSE(body.done());
  source.peer.shutdown_send();
  EXPECT_EQ(body.relay(source.stream, outbox_).error(), boost::asio::error::eof);
  EXPECT_FALSE(body.relay_end_of_stream(outbox_)) << "it is cut off";
}

TEST_F(BodyRelayTest, GoesOnWithAnotherPipe) {
  net::PipePool pipes;
  test::Connection source = test::unix_connection(loop_);
  BodyRelay body({Kind::kLength, 1'000'000}, false);
  for (const std::string_view piece : {"one", "two"}) {
    ASSERT_TRUE(body.take_pipe(pipes));
    source.peer.send(piece);
    EXPECT_EQ(body.relay(source.stream, outbox_).value(), 3U);
    EXPECT_EQ(sent(), piece);
    body.give_back_pipe();
    EXPECT_TRUE(outbox_.empty());
  }
}

// It belongs to the next message.
TEST_F(BodyRelayTest, LeavesWhatComesBehindABodyThatGoesByAPipe) {
  net::PipePool pipes;
  test::Connection source = test::unix_connection(loop_);
  std::string most(1'000'000, 'a');
  BodyRelay body({Kind::kLength, most.size() + 5}, false);
  ASSERT_TRUE(body.take_pipe(pipes));
  ASSERT_EQ(*body.relay(std::span(most), outbox_), most.size());
  outbox_.clear();
  source.peer.send("hello, next");
  EXPECT_EQ(body.relay(source.stream, outbox_).value(), 5U);
  EXPECT_EQ(sent(), "hello");
  EXPECT_TRUE(body.done());
  EXPECT_EQ(test::read_available(source.stream), ", next");
}

// Whatever a peer says that it will send.
TEST_F(BodyRelayTest, PassesABodyOfAnyLengthByAPipe) {
  net::PipePool pipes;
  test::Connection source = test::unix_connection(loop_);
  BodyRelay body({Kind::kLength, std::numeric_limits<std::uint64_t>::max()}, false);
  ASSERT_TRUE(body.take_pipe(pipes));
  source.peer.send("hello");
  EXPECT_EQ(body.relay(source.stream, outbox_).value(), 5U);
  EXPECT_EQ(sent(), "hello");
}

TEST_F(BodyRelayTest, PassesALengthThrough) {
  for (const Pieces& pieces : test::all_splits("hello, next")) {
    const Relayed relayed = relay({Kind::kLength, 5}, false, pieces);
    EXPECT_EQ(relayed.bytes, "hello");
    EXPECT_EQ(relayed.taken, 5U);
    EXPECT_EQ(relayed.data_size, 5U);
    EXPECT_TRUE(relayed.is_done);
  }
}

TEST_F(BodyRelayTest, CutsChunksAnew) {
  const std::string_view bytes =
      "000A;ext=\"1\"\r\n0123456789\r\n1\r\nx\r\n3 ;y\r\nabc\r\n00;z\r\nTrailer: t\r\nHost: evil\r\n\r\n";
  for (const Pieces& pieces : test::all_splits(bytes)) {
    const Relayed relayed = relay(kChunked, true, pieces);
    EXPECT_EQ(data_of_chunks(relayed.bytes), "0123456789xabc") << testing::PrintToString(relayed.bytes);
    EXPECT_EQ(relayed.taken, bytes.size());
    EXPECT_EQ(relayed.data_size, 14U);
    EXPECT_TRUE(relayed.is_done);
  }
}

TEST_F(BodyRelayTest, PutsChunksThatCameTogetherIntoOne) {
  EXPECT_EQ(relay(kChunked, true, {"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"}).bytes, "3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(relay(kChunked, true, {"1\r\na\r\n2\r\nb", "c\r\n0\r\n\r\n"}).bytes,
            "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
}

// A chunk of no data would end the body: RFC 9112 section 7.1.
TEST_F(BodyRelayTest, WritesNoEmptyChunkBeforeTheEnd) {
  EXPECT_EQ(relay(kChunked, true, {"5\r\n"}).bytes, "");
  EXPECT_EQ(relay(kChunked, true, {"5\r\n", "hello", "\r\n", "0", "\r\n", "\r\n"}).bytes,
            "5\r\nhello\r\n0\r\n\r\n");
}

TEST_F(BodyRelayTest, WritesTheEndOnce) {
  EXPECT_EQ(relay(kChunked, true, {"0\r\n\r\n", "GET", " /"}).bytes, "0\r\n\r\n");
  EXPECT_EQ(relay(kChunked, true, {"1\r\na\r\n0\r\n\r\nGET /", ""}).bytes, "1\r\na\r\n0\r\n\r\n");
}

// For an HTTP/1.0 client, which knows no chunks.
TEST_F(BodyRelayTest, TakesTheFramingAway) {
  for (const Pieces& pieces : test::all_splits("5;x\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n")) {
    const Relayed relayed = relay(kChunked, false, pieces);
    EXPECT_EQ(relayed.bytes, "hello!");
    EXPECT_TRUE(relayed.is_done);
  }
}

TEST_F(BodyRelayTest, PutsABodyThatEndsWithTheStreamIntoChunks) {
  for (const Pieces& pieces : test::all_splits("0\r\n\r\n is data here")) {
    const Relayed relayed = relay(kUntilClose, true, pieces, true);
    EXPECT_EQ(data_of_chunks(relayed.bytes), "0\r\n\r\n is data here");
    EXPECT_TRUE(relayed.is_done);
  }
  EXPECT_EQ(relay(kUntilClose, true, {}, true).bytes, "0\r\n\r\n");
  EXPECT_EQ(relay(kUntilClose, false, {"abc"}, true).bytes, "abc");
}

// RFC 9112 section 8: a truncated body must not end cleanly for whoever gets it.
TEST(BodyRelay, NeverCompletesATruncatedBody) {
  for (const Framing framing : {Framing{Kind::kLength, 5}, kChunked}) {
    for (const bool outgoing_is_chunked : {false, true}) {
      BodyRelay body(framing, outgoing_is_chunked);
      Outbox outbox;
      EXPECT_FALSE(body.relay_end_of_stream(outbox));
      EXPECT_FALSE(body.done());
      EXPECT_TRUE(outbox.empty());
    }
  }
}

TEST(BodyRelay, IsDoneWhereThereIsNoBody) {
  const BodyRelay none;
  EXPECT_TRUE(none.done());
  EXPECT_EQ(none.bytes(), 0U);
}

TEST_F(BodyRelayTest, ReportsWhatIsWrong) {
  for (const Pieces& pieces : test::all_splits("5\r\nhello!\r\n0\r\n\r\n")) {
    const Relayed relayed = relay(kChunked, true, pieces);
    EXPECT_EQ(relayed.violation, Violation::kBadChunk);
    EXPECT_FALSE(data_of_chunks(relayed.bytes).has_value()) << "what was sent before does not look complete";
  }
}

// The longest size line there is: a whole block of data.
TEST_F(BodyRelayTest, HasRoomForTheSizeOfAWholeBlock) {
  const std::string data(net::BufferPool::kLargeCapacity, 'x');
  const Relayed relayed = relay(kUntilClose, true, {data}, true);
  EXPECT_EQ(data_of_chunks(relayed.bytes), data);
}

std::string random_bytes(Random& random, std::size_t size) {
  constexpr std::string_view kTricky("\r\n0;aA:\0\xff ", 10);
  std::string bytes(size, ' ');
  for (char& c : bytes)
    c = random() % 2 == 0 ? kTricky[random() % kTricky.size()] : static_cast<char>(random());
  return bytes;
}

std::string random_extension(Random& random) {
  constexpr std::string_view kExtensions[] = {"", "", ";a", " ;a=b", ";a=\"b;c\"", "\t; x ; y=z"};
  return std::string(kExtensions[random() % std::size(kExtensions)]);
}

std::string chunk_size(Random& random, std::size_t size) {
  char digits[16];
  std::string text(digits, std::to_chars(digits, digits + sizeof digits, size, 16).ptr);
  for (char& c : text) {
    if (random() % 2 == 0 && c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  }
  return std::string(random() % 4, '0') + text;
}

// `data` as a sender might put it that uses all the freedom it has.
std::string randomly_chunked(Random& random, std::string_view data) {
  std::string bytes;
  while (!data.empty()) {
    const std::size_t size = std::min<std::size_t>(1 + random() % 40, data.size());
    bytes += chunk_size(random, size) + random_extension(random) + "\r\n";
    bytes.append(data.substr(0, size)).append("\r\n");
    data.remove_prefix(size);
  }
  bytes += chunk_size(random, 0) + random_extension(random) + "\r\n";
  for (std::size_t trailers = random() % 3; trailers != 0; --trailers)
    bytes += "Trailer-Name: some value\r\n";
  return bytes + "\r\n";
}

Pieces random_pieces(Random& random, std::string_view bytes) {
  Pieces pieces;
  while (!bytes.empty()) {
    pieces.push_back(bytes.substr(0, 1 + random() % 60));
    bytes.remove_prefix(pieces.back().size());
  }
  return pieces;
}

TEST_F(BodyRelayTest, KeepsTheDataOfAnyBody) {
  Random random(20260103);
  for (int round = 0; round < 1000; ++round) {
    const std::string data = random_bytes(random, random() % 300);
    const std::string chunked = randomly_chunked(random, data);
    const Relayed relayed = relay(kChunked, true, random_pieces(random, chunked));
    ASSERT_TRUE(relayed.is_done) << testing::PrintToString(chunked);
    EXPECT_EQ(relayed.taken, chunked.size());
    EXPECT_EQ(relayed.data_size, data.size());
    EXPECT_EQ(data_of_chunks(relayed.bytes), data) << testing::PrintToString(chunked);

    const Relayed plain = relay(kChunked, false, random_pieces(random, chunked));
    EXPECT_EQ(plain.bytes, data) << testing::PrintToString(chunked);
  }
}

}  // namespace
}  // namespace wayside::proxy
