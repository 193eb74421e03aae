#include "wayside/http/head_scanner.hpp"

#include "support/split_points.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace wayside::http {
namespace {

using HeadKind = HeadScanner::Kind;
using test::Pieces;

// The scanner's last result: a size, a violation, or neither while the head is incomplete.
struct Verdict {
  std::optional<std::size_t> size;
  std::optional<Violation> violation;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

constexpr Verdict kIncomplete{};
Verdict complete(std::size_t size) {
  return {size, std::nullopt};
}
Verdict refused(Violation violation) {
  return {std::nullopt, violation};
}

void PrintTo(const Verdict& verdict, std::ostream* out) {
  if (verdict.size) {
    *out << "a head of " << *verdict.size << " bytes";
  } else {
    *out << (verdict.violation ? to_token(*verdict.violation) : "incomplete");
  }
}

Verdict scan(HeadScanner& scanner, std::string_view received) {
  const auto result = scanner.scan(received);
  return result ? Verdict{*result, std::nullopt} : refused(result.error());
}

Verdict scan(HeadKind kind, const Pieces& pieces) {
  HeadScanner scanner(kind);
  std::string received;
  for (const std::string_view piece : pieces) {
    received += piece;
    const Verdict verdict = scan(scanner, received);
    if (verdict != kIncomplete) return verdict;
  }
  return kIncomplete;
}

void expect_at_every_split(HeadKind kind, std::string_view bytes, const Verdict& expected) {
  for (const Pieces& pieces : test::all_splits(bytes)) {
    EXPECT_EQ(scan(kind, pieces), expected) << testing::PrintToString(bytes) << " in " << pieces.size()
                                            << " pieces, the first of " << pieces.front().size();
  }
}

// A request head of exactly `size` bytes, with a first line of `line_size` including its end.
std::string request_head(std::size_t line_size, std::size_t size) {
  const std::string begin = "GET /";
  const std::string end = " HTTP/1.1\r\n";
  std::string head = begin + std::string(line_size - begin.size() - end.size(), 'a') + end;
  while (size - head.size() > 1000)
    head += "X: " + std::string(500, 'b') + "\r\n";
  return head + "Y: " + std::string(size - head.size() - 7, 'c') + "\r\n\r\n";
}

TEST(HeadScanner, FindsTheEndWhateverThePieces) {
  const std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  expect_at_every_split(HeadKind::kRequest, request, complete(request.size()));
  const std::string_view no_fields = "GET / HTTP/1.0\r\n\r\n";
  expect_at_every_split(HeadKind::kRequest, no_fields, complete(no_fields.size()));
  const std::string_view response = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
  expect_at_every_split(HeadKind::kResponse, response, complete(response.size()));
}

TEST(HeadScanner, LeavesWhatFollowsTheHead) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n\r\n";
  expect_at_every_split(HeadKind::kRequest, head + "body\n\r\n\r\n", complete(head.size()));
  expect_at_every_split(HeadKind::kRequest, head + head, complete(head.size()));
}

TEST(HeadScanner, WaitsForTheRest) {
  const std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t size = 0; size < request.size(); ++size) {
    EXPECT_EQ(scan(HeadKind::kRequest, {request.substr(0, size)}), kIncomplete) << size;
  }
}

// RFC 9112 section 2.2 allows a bare LF as a line end; the scanner refuses it.
TEST(HeadScanner, RefusesABareLineFeed) {
  for (const std::string_view bytes : {
           "GET / HTTP/1.1\nHost: a\n\n",
           "GET / HTTP/1.1\r\nHost: a\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\n\n",
           "GET / HTTP/1.1\r\n\n",
           "GET / HTTP/1.1\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n",
       }) {
    expect_at_every_split(HeadKind::kRequest, bytes, refused(Violation::kBareLineFeed));
  }
  expect_at_every_split(HeadKind::kResponse, "HTTP/1.1 200 OK\nA: b\r\n\r\n",
                        refused(Violation::kBareLineFeed));
}

TEST(HeadScanner, RefusesBytesThatCannotBeginAHead) {
  EXPECT_EQ(scan(HeadKind::kRequest, {"\x16"}), refused(Violation::kMalformedHead)) << "TLS";
  EXPECT_EQ(scan(HeadKind::kRequest, {" "}), refused(Violation::kMalformedHead));
  EXPECT_EQ(scan(HeadKind::kRequest, {"\n"}), refused(Violation::kMalformedHead));
  EXPECT_EQ(scan(HeadKind::kRequest, {std::string_view("\0", 1)}), refused(Violation::kMalformedHead));
  EXPECT_EQ(scan(HeadKind::kRequest, {"\x80"}), refused(Violation::kMalformedHead));
  EXPECT_EQ(scan(HeadKind::kResponse, {"S"}), refused(Violation::kMalformedHead)) << "another protocol";
  EXPECT_EQ(scan(HeadKind::kResponse, {"\r"}), refused(Violation::kMalformedHead));
}

// RFC 9112 section 3: at least 8000 bytes of request line are to be supported.
TEST(HeadScanner, BoundsTheRequestLine) {
  const std::string longest = request_head(limits::kRequestLine, limits::kRequestLine + 100);
  EXPECT_EQ(scan(HeadKind::kRequest, {longest}), complete(longest.size()));
  EXPECT_EQ(scan(HeadKind::kRequest, test::single_bytes(longest)), complete(longest.size()));

  const std::string longer = request_head(limits::kRequestLine + 1, limits::kRequestLine + 101);
  EXPECT_EQ(scan(HeadKind::kRequest, {longer}), refused(Violation::kRequestLineTooLong));
  EXPECT_EQ(scan(HeadKind::kRequest, test::single_bytes(longer)), refused(Violation::kRequestLineTooLong));

  const std::string endless(limits::kRequestLine + 1, 'a');
  EXPECT_EQ(scan(HeadKind::kRequest, test::single_bytes(endless)), refused(Violation::kRequestLineTooLong));
}

TEST(HeadScanner, BoundsTheHead) {
  const std::string largest = request_head(50, limits::kHead);
  EXPECT_EQ(scan(HeadKind::kRequest, {largest}), complete(limits::kHead));
  EXPECT_EQ(scan(HeadKind::kRequest, test::single_bytes(largest)), complete(limits::kHead));
  EXPECT_EQ(scan(HeadKind::kRequest, {largest + std::string(100, 'x')}), complete(limits::kHead))
      << "what follows the head does not count";

  const std::string larger = request_head(50, limits::kHead + 1);
  EXPECT_EQ(scan(HeadKind::kRequest, {larger}), refused(Violation::kHeadTooLarge));
  EXPECT_EQ(scan(HeadKind::kRequest, test::single_bytes(larger)), refused(Violation::kHeadTooLarge));

  const std::string endless = "HTTP/1.1 200 " + std::string(limits::kHead, 'a');
  EXPECT_EQ(scan(HeadKind::kResponse, test::single_bytes(endless)), refused(Violation::kHeadTooLarge));
}

// This keeps slow senders cheap. The test replaces bytes already scanned, which breaks the contract: a second
// look at them would find the end of a head.
TEST(HeadScanner, LooksAtEachByteOnce) {
  HeadScanner scanner(HeadKind::kRequest);
  std::string bytes = "GET / HTTP/1.1\r\nA: b\r\nC: dddddd";
  ASSERT_EQ(scan(scanner, bytes), kIncomplete);
  bytes.replace(24, 4, "\r\n\r\n");
  bytes += "e\r\n";
  ASSERT_EQ(scan(scanner, bytes), kIncomplete);
  bytes += "\r\n";
  EXPECT_EQ(scan(scanner, bytes), complete(bytes.size()));
}

TEST(HeadScanner, StartsAnewAfterReset) {
  HeadScanner scanner(HeadKind::kRequest);
  EXPECT_FALSE(scanner.started());
  ASSERT_EQ(scan(scanner, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), complete(27));
  EXPECT_TRUE(scanner.started());
  scanner.reset();
  EXPECT_FALSE(scanner.started());
  EXPECT_EQ(scan(scanner, "GET / HTTP/1.1\r\n\r\n"), complete(18));
}

// RFC 9112 section 2.2: the caller that drops empty lines needs the second half of a split one.
TEST(HeadScanner, TakesHalfAnEmptyLineForNoBeginning) {
  HeadScanner scanner(HeadKind::kRequest);
  ASSERT_EQ(scan(scanner, "\r"), kIncomplete);
  EXPECT_FALSE(scanner.started());
  EXPECT_EQ(scan(HeadKind::kRequest, {"\r", "G"}), refused(Violation::kMalformedHead));
}

TEST(LeadingEmptyLines, CountsWholeLinesInFront) {
  EXPECT_EQ(leading_empty_lines(""), 0U);
  EXPECT_EQ(leading_empty_lines("\r"), 0U);
  EXPECT_EQ(leading_empty_lines("\r\n"), 2U);
  EXPECT_EQ(leading_empty_lines("\r\n\r\n\rGET"), 4U);
  EXPECT_EQ(leading_empty_lines("GET\r\n\r\n"), 0U);
  EXPECT_EQ(leading_empty_lines("\nGET"), 0U);
}

}  // namespace
}  // namespace wayside::http
