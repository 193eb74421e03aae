// Random heads: a rewritten head must parse again, to the same end-to-end fields in the same order.
#include "wayside/http/head_writer.hpp"
#include "wayside/http/token_list.hpp"

#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::http {
namespace {

using Random = std::mt19937;

// Of the names that the random heads use.
constexpr std::array<std::string_view, 4> kProtected = {"host", "x-forwarded-proto", "via", "date"};
constexpr std::array<std::string_view, 6> kHopByHop = {"connection", "keep-alive", "proxy-connection",
                                                       "te",         "trailer",    "upgrade"};
// Few names, so that duplicates and nominated names coincide.
constexpr std::array<std::string_view, 14> kWrittenNames = {
    "Accept", "Set-Cookie", "X-A", "X-B",  "x-c",        "X-Forwarded-Proto", "X-Forwarded-Host",
    "Via",    "Keep-Alive", "TE",  "Date", "Connection", "Trailer",           "Proxy-Connection",
};
constexpr std::array<std::string_view, 8> kOptions = {"close", "X-A", "x-b",  "keep-alive",
                                                      "X-C",   "via", "host", "x-forwarded-proto"};

template <class Table>
auto pick(Random& random, const Table& table) {
  return table[random() % table.size()];
}

std::string in_random_case(Random& random, std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    const bool is_letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
    if (is_letter && random() % 2 == 0) c = static_cast<char>(c ^ 0x20);
  }
  return result;
}

std::string random_space(Random& random) {
  return std::string(random() % 3, random() % 2 == 0 ? ' ' : '\t');
}

std::string random_value(Random& random) {
  constexpr std::string_view kInside = "abc019 ,;=\t\"\x80\xff";
  std::string value(random() % 12, ' ');
  for (char& c : value)
    c = pick(random, kInside);
  return value;
}

std::string random_field(Random& random) {
  const std::string_view name = pick(random, kWrittenNames);
  std::string value = random_value(random);
  if (equals_ignoring_case(name, "connection")) {
    value = std::string(pick(random, kOptions)) + "," + std::string(pick(random, kOptions));
  }
  // The parser accepts only a list of options here.
  if (equals_ignoring_case(name, "proxy-connection")) value = "close";
  return in_random_case(random, name) + ":" + random_space(random) + value + random_space(random) + "\r\n";
}

std::string random_fields(Random& random) {
  std::string fields;
  for (std::size_t count = random() % 20; count != 0; --count)
    fields += random_field(random);
  return fields;
}

// The lines that must reach the other side, byte for byte. Derived from RFC 9110 section 7.6.1, not from the
// writer.
template <class Head>
std::string end_to_end_lines(const Head& head, std::string_view leave_out = {}) {
  std::string hop_by_hop;
  for (const Field& field : head.fields) {
    if (equals_ignoring_case(field.name, "connection")) hop_by_hop.append(field.value).append(",");
  }
  const auto is_nominated = [&](std::string_view name) {
    bool found = false;
    for_each_token(hop_by_hop, [&](std::string_view token) {
      found = found || equals_ignoring_case(token, name);
      return true;
    });
    const bool is_protected = std::ranges::any_of(
        kProtected, [&](std::string_view kept) { return equals_ignoring_case(name, kept); });
    return found && !is_protected;
  };
  std::string lines;
  for (const Field& field : head.fields) {
    const bool is_hop_by_hop = std::ranges::any_of(
        kHopByHop, [&](std::string_view name) { return equals_ignoring_case(field.name, name); });
    if (is_hop_by_hop || is_nominated(field.name) || field.name == leave_out) continue;
    lines.append(field.name.data(), field.line_end);
  }
  return lines;
}

TEST(RequestHeadWriter, KeepsEndToEndFieldsOfAnyHead) {
  Random random(20260101);
  for (int round = 0; round < 5000; ++round) {
    const std::string text =
        "GET /x HTTP/1.1\r\n" + random_fields(random) + "Host: h\r\n" + random_fields(random) + "\r\n";
    const test::ParsedRequest before(text);
    ASSERT_EQ(before.violation, std::nullopt) << text;
    std::vector<char> out(rewritten_size_bound(text.size()));
    const auto size =
        write_request_head(before.head, {.client_ip = "::1", .fallback_host = {}, .via = false}, out);
    ASSERT_TRUE(size.has_value());

    const std::string written(out.data(), *size);
    const test::ParsedRequest after(written);
    ASSERT_EQ(after.violation, std::nullopt) << written;
    EXPECT_EQ(after.head.target, "/x");
    EXPECT_TRUE(after.head.connection.nominated.empty() && !after.head.connection.close);
    // Added fields stand at the end.
    const std::string kept = end_to_end_lines(before.head);
    const std::string all = end_to_end_lines(after.head);
    EXPECT_EQ(all.substr(0, kept.size()), kept) << text;
    EXPECT_EQ(all.substr(kept.size()).find("X-Forwarded-For: ::1\r\n"), 0U) << text;
  }
}

TEST(ResponseHeadWriter, KeepsEndToEndFieldsOfAnyHead) {
  Random random(20260102);
  for (int round = 0; round < 5000; ++round) {
    const std::string text = "HTTP/1.1 200 OK\r\n" + random_fields(random) + "\r\n";
    const test::ParsedResponse before(text);
    ASSERT_EQ(before.violation, std::nullopt) << text;
    const Framing chunked{Framing::Kind::kChunked, 0};
    std::vector<char> out(rewritten_size_bound(text.size()));
    const auto size = write_response_head(before.head, {.framing = chunked}, out);
    ASSERT_TRUE(size.has_value());

    const std::string written(out.data(), *size);
    const test::ParsedResponse after(written);
    ASSERT_EQ(after.violation, std::nullopt) << written;
    const auto framing = response_framing(after.head, Method::get);
    EXPECT_TRUE(framing && *framing == chunked) << written;
    EXPECT_EQ(end_to_end_lines(after.head, "Transfer-Encoding"), end_to_end_lines(before.head)) << text;
  }
}

ResponseRewrite random_rewrite(Random& random) {
  using enum Framing::Kind;
  return {.framing = {pick(random, std::array{kNone, kLength, kChunked, kUntilClose}), 5},
          .keeps_content_length = random() % 2 == 0,
          .close = random() % 8 == 0,
          .announce_keep_alive = random() % 8 == 0,
          .upgrade = random() % 8 == 0,
          .date = random() % 2 == 0 ? "today" : "",
          .left_out = random() % 2 == 0 ? "x-a" : ""};
}

TEST(ResponseHeadWriter, SaysWhichHeadsItWouldNotChange) {
  constexpr std::array<std::string_view, 5> kEndToEnd = {"Accept", "Date", "X-A", "Content-Length", "Via"};
  constexpr std::array<std::string_view, 4> kStartLines = {"HTTP/1.1 200 OK", "HTTP/1.0 200 OK",
                                                           "HTTP/1.1 200 ", "HTTP/1.1 200"};
  Random random(20260103);
  int unchanged = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = std::string(pick(random, kStartLines)) + "\r\n";
    for (std::size_t count = random() % 4; count != 0; --count) {
      const bool is_any = random() % 8 == 0;
      text += is_any ? random_field(random)
                     : in_random_case(random, pick(random, kEndToEnd)) + ":" + random_space(random) + "5\r\n";
    }
    text += "\r\n";
    const test::ParsedResponse before(text);
    ASSERT_EQ(before.violation, std::nullopt) << text;
    const ResponseRewrite rewrite = random_rewrite(random);
    std::vector<char> out(rewritten_size_bound(text.size()));
    const auto size = write_response_head(before.head, rewrite, out);
    ASSERT_TRUE(size.has_value());
    const bool is_same = std::string_view(out.data(), *size) == text;
    // A Connection field may be dropped, and an equal one be added.
    const bool has_connection_field = before.head.fields.contains(field::connection);
    if (is_unchanged(before.head, rewrite)) {
      ++unchanged;
      ASSERT_TRUE(is_same) << text;
    } else if (!has_connection_field) {
      ASSERT_FALSE(is_same) << text;
    }
  }
  EXPECT_GT(unchanged, 1'000);
}

}  // namespace
}  // namespace wayside::http
