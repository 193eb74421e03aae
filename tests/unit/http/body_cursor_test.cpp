#include "wayside/http/body_cursor.hpp"

#include "support/split_points.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::http {
namespace {

using Kind = Framing::Kind;
using test::Pieces;

constexpr Framing kChunked{Kind::kChunked, 0};

TEST(BodyCursor, SkipsBytesThatItDoesNotSee) {
  BodyCursor cursor({Kind::kLength, 10});
  EXPECT_EQ(cursor.length_left(), 10U);
  cursor.skip(9);
  EXPECT_EQ(cursor.length_left(), 1U);
  EXPECT_FALSE(cursor.done());
  cursor.skip(1);
  EXPECT_EQ(cursor.length_left(), 0U);
  EXPECT_TRUE(cursor.done());
  EXPECT_EQ(BodyCursor(kChunked).length_left(), 0U);
  EXPECT_EQ(BodyCursor(Framing{Kind::kUntilClose, 0}).length_left(), 0U);
}

// The outcome of a body.
struct Outcome {
  std::string data;
  std::size_t consumed = 0;
  bool is_done = false;
  std::optional<Violation> violation{};
};

Outcome read(BodyCursor cursor, const Pieces& pieces) {
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    // Exactly as large as the piece, so that AddressSanitizer reports a byte read or written beside it.
    std::vector<char> bytes(piece.begin(), piece.end());
    const auto step = cursor.advance(bytes);
    if (!step) {
      outcome.violation = step.error();
      return outcome;
    }
    EXPECT_LE(step->consumed, piece.size());
    EXPECT_LE(step->data.size(), step->consumed);
    if (!step->data.empty()) {
      EXPECT_GE(step->data.data(), bytes.data());
      EXPECT_LE(step->data.data() + step->data.size(), bytes.data() + step->consumed);
    }
    outcome.data.append(step->data.begin(), step->data.end());
    outcome.consumed += step->consumed;
    outcome.is_done = cursor.done();
    EXPECT_TRUE(outcome.is_done || step->consumed == piece.size()) << "a body that goes on takes everything";
  }
  return outcome;
}

struct Body {
  const char* rule;
  std::string_view bytes;
  std::string_view data;
};

TEST(ChunkedBody, IsReadWholeFromAnyPieces) {
  constexpr std::string_view kNext = "GET / HTTP/1.1\r\n\r\n";
  const Body table[] = {
      {"RFC 9112 7.1: the last chunk alone", "0\r\n\r\n", ""},
      {"RFC 9112 7.1", "5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"RFC 9112 7.1: several chunks", "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n", "abcdef"},
      {"RFC 9112 7.1: framing as data", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: HEXDIG in either case", "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n",
       "01234567890123456789a"},
      {"RFC 9112 7.1: 1*HEXDIG may start with zeros", "0000000000000003\r\nabc\r\n000\r\n\r\n", "abc"},
      {"RFC 9112 7.1.1: extensions", "3;a\r\nabc\r\n0;b=c;d=\"e f\"\r\n\r\n", "abc"},
      {"RFC 9112 7.1.1: BWS before extensions", "3 \t;a\r\nabc\r\n0 ; b = c\r\n\r\n", "abc"},
      {"RFC 9112 7.1.1: obs-text in a quoted string", "3;a=\"\xc3\xa9\"\r\nabc\r\n0\r\n\r\n", "abc"},
      {"RFC 9112 7.1.2: trailers", "3\r\nabc\r\n0\r\nA: b\r\nConnection: close\r\nC:\r\n\r\n", "abc"},
  };
  for (const Body& body : table) {
    for (const Pieces& pieces : test::all_splits(body.bytes)) {
      const Outcome outcome = read(BodyCursor(kChunked), pieces);
      EXPECT_TRUE(outcome.is_done) << body.rule;
      EXPECT_EQ(outcome.violation, std::nullopt) << body.rule;
      EXPECT_EQ(outcome.data, body.data) << body.rule;
      EXPECT_EQ(outcome.consumed, body.bytes.size()) << body.rule;
    }
    const std::string with_next = std::string(body.bytes).append(kNext);
    for (const Pieces& pieces : test::all_splits(with_next)) {
      const Outcome outcome = read(BodyCursor(kChunked), pieces);
      EXPECT_EQ(outcome.data, body.data) << body.rule;
      EXPECT_EQ(outcome.consumed, body.bytes.size()) << body.rule << ": the next message is left alone";
    }
  }
}

TEST(ChunkedBody, IsNotDoneBeforeItsLastByte) {
  const std::string_view bytes = "3;x\r\nabc\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Outcome outcome = read(BodyCursor(kChunked), {bytes.substr(0, size)});
    EXPECT_FALSE(outcome.is_done) << size;
    EXPECT_EQ(outcome.violation, std::nullopt) << size;
  }
}

struct BadBody {
  const char* rule;
  std::string_view bytes;
};

// A piece that ends before the offending byte is accepted, and one that holds it is refused.
TEST(ChunkedBody, IsRefusedWhereItLeavesTheGrammar) {
  using namespace std::string_view_literals;
  const BadBody table[] = {
      {"RFC 9112 7.1: a size", "\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: a size", ";a\r\n\r\n"},
      {"RFC 9112 7.1: no space in front", " 5\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: no sign", "+5\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: no sign", "-1\r\n"},
      {"RFC 9112 7.1: no prefix", "0x5\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: HEXDIG", "5g\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: HEXDIG", "5_\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: overflow, 17 digits", "10000000000000005\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: 17 digits, zeros in front", "00000000000000005\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: CRLF after the size", "5\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: CRLF after the size", "5\rhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: CRLF after the size", "5\r\rhello"},
      {"RFC 9112 7.1: space, but no extension", "5 \r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: space inside", "5 5\r\nhello\r\n"},
      {"RFC 9112 7.1.1: bare LF in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1.1: bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
      {"RFC 9112 7.1.1: NUL in an extension", "5;\0\r\nhello\r\n0\r\n\r\n"sv},
      {"RFC 9112 7.1: data longer than its size", "5\r\nhello!\r\n0\r\n\r\n"},
      {"RFC 9112 7.1: CRLF after the data", "5\r\nhello\n0\r\n\r\n"},
      {"RFC 9112 7.1: CRLF after the data", "5\r\nhello0\r\n\r\n"},
      {"RFC 9112 7.1: CRLF after the data", "5\r\nhello\r0\r\n\r\n"},
      {"RFC 9112 7.1: CRLF at the end", "0\r\n\n"},
      {"RFC 9112 7.1: CRLF at the end", "0\r\n\rX"},
      {"RFC 9112 7.1.2: a trailer has a name", "0\r\n: b\r\n\r\n"},
      {"RFC 9112 7.1.2: garbage for a trailer", "0\r\n\x01\r\n\r\n"},
      {"RFC 9112 5.2: a folded trailer", "0\r\nA: b\r\n c\r\n\r\n"},
      {"RFC 9112 2.2: bare LF in a trailer", "0\r\nA: b\n\r\n"},
      {"RFC 9110 5.5: NUL in a trailer", "0\r\nA: \0\r\n\r\n"sv},
      {"RFC 9112 5: a trailer has a colon", "0\r\nGET / HTTP/1.1\r\n\r\n"},
      {"RFC 9112 5.1: space before the colon", "0\r\nA : b\r\n\r\n"},
  };
  for (const BadBody& body : table) {
    for (const Pieces& pieces : test::all_splits(body.bytes)) {
      EXPECT_EQ(read(BodyCursor(kChunked), pieces).violation, Violation::kBadChunk)
          << body.rule << ": " << testing::PrintToString(body.bytes) << " cut after "
          << pieces.front().size();
    }
  }
}

// The largest size: 16 digits, all f.
TEST(ChunkedBody, MayAnnounceTheLargestSize) {
  const Outcome outcome = read(BodyCursor(kChunked), {"ffffffffffffffff\r\nabc"});
  EXPECT_EQ(outcome.violation, std::nullopt);
  EXPECT_EQ(outcome.data, "abc");
  EXPECT_FALSE(outcome.is_done);
}

TEST(ChunkedBody, BoundsTheChunkSizeLine) {
  const auto chunk = [](std::size_t extension_size) {
    return "1;" + std::string(extension_size, 'e') + "\r\nx\r\n0\r\n\r\n";
  };
  const std::string longest = chunk(limits::kChunkSizeLine - 1);
  EXPECT_EQ(read(BodyCursor(kChunked), {longest}).data, "x");
  EXPECT_EQ(read(BodyCursor(kChunked), test::single_bytes(longest)).data, "x");
  const std::string longer = chunk(limits::kChunkSizeLine);
  EXPECT_EQ(read(BodyCursor(kChunked), {longer}).violation, Violation::kBadChunk);
  EXPECT_EQ(read(BodyCursor(kChunked), test::single_bytes(longer)).violation, Violation::kBadChunk);
  const std::string spaces = "1" + std::string(limits::kChunkSizeLine + 1, ' ');
  EXPECT_EQ(read(BodyCursor(kChunked), {spaces}).violation, Violation::kBadChunk);
}

// The limit applies to each chunk-size line separately.
TEST(ChunkedBody, MayHaveAnyNumberOfChunks) {
  std::string bytes;
  for (int i = 0; i < 2000; ++i)
    bytes += "1;abcdefgh\r\nx\r\n";
  bytes += "0\r\n\r\n";
  const Outcome outcome = read(BodyCursor(kChunked), {bytes});
  EXPECT_EQ(outcome.violation, std::nullopt);
  EXPECT_EQ(outcome.data, std::string(2000, 'x'));
  EXPECT_TRUE(outcome.is_done);
}

TEST(ChunkedBody, BoundsTheTrailerSection) {
  const auto trailers = [](std::size_t size) {
    std::string bytes = "0\r\n";
    for (; size > 500; size -= 500)
      bytes += "A: " + std::string(495, 'b') + "\r\n";
    return bytes + "B: " + std::string(size - 5, 'c') + "\r\n\r\n";
  };
  const std::string largest = trailers(limits::kTrailers);
  EXPECT_TRUE(read(BodyCursor(kChunked), {largest}).is_done);
  EXPECT_TRUE(read(BodyCursor(kChunked), test::single_bytes(largest)).is_done);
  const std::string larger = trailers(limits::kTrailers + 1);
  EXPECT_EQ(read(BodyCursor(kChunked), {larger}).violation, Violation::kTrailersTooLarge);
  EXPECT_EQ(read(BodyCursor(kChunked), test::single_bytes(larger)).violation, Violation::kTrailersTooLarge);
}

TEST(LengthBody, EndsAfterItsLastByte) {
  const std::string_view bytes = "helloGET";
  for (const Pieces& pieces : test::all_splits(bytes)) {
    const Outcome outcome = read(BodyCursor({Kind::kLength, 5}), pieces);
    EXPECT_EQ(outcome.data, "hello");
    EXPECT_EQ(outcome.consumed, 5U);
    EXPECT_TRUE(outcome.is_done);
  }
}

TEST(LengthBody, MayBeLongerThanMemory) {
  const std::uint64_t length = std::uint64_t{1} << 40U;
  const Outcome outcome = read(BodyCursor({Kind::kLength, length}), {"abc", "def"});
  EXPECT_EQ(outcome.data, "abcdef");
  EXPECT_FALSE(outcome.is_done);
}

TEST(BodyCursor, TakesNothingOfAMessageWithoutABody) {
  for (const BodyCursor& cursor :
       {BodyCursor(), BodyCursor({Kind::kNone, 0}), BodyCursor({Kind::kLength, 0})}) {
    EXPECT_TRUE(cursor.done());
    EXPECT_EQ(read(cursor, {"GET"}).consumed, 0U);
  }
}

TEST(BodyCursor, TakesEverythingOfABodyThatEndsWithTheStream) {
  BodyCursor cursor({Kind::kUntilClose, 0});
  std::string bytes = "0\r\n\r\n";
  const auto step = cursor.advance(bytes);
  ASSERT_TRUE(step.has_value());
  EXPECT_EQ(step->consumed, bytes.size());
  EXPECT_EQ(step->data.size(), bytes.size());
  EXPECT_FALSE(cursor.done());
  EXPECT_TRUE(cursor.finish_at_end_of_stream());
  EXPECT_TRUE(cursor.done());
}

// RFC 9112 section 8: an incomplete message must not pass for a complete one.
TEST(BodyCursor, TellsATruncatedBodyFromACompleteOne) {
  BodyCursor with_length({Kind::kLength, 5});
  EXPECT_FALSE(with_length.finish_at_end_of_stream());
  EXPECT_FALSE(with_length.done());

  BodyCursor chunked(kChunked);
  std::string bytes = "3\r\nabc\r\n0\r\n";
  ASSERT_TRUE(chunked.advance(bytes).has_value());
  EXPECT_FALSE(chunked.finish_at_end_of_stream());

  std::string end = "\r\n";
  ASSERT_TRUE(chunked.advance(end).has_value());
  EXPECT_TRUE(chunked.finish_at_end_of_stream());
  EXPECT_TRUE(BodyCursor().finish_at_end_of_stream());
}

}  // namespace
}  // namespace wayside::http
