#include "http/connection_options.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::http {
namespace {

using Names = std::vector<std::string_view>;

Names nominated(const ConnectionOptions& options) {
  return {options.nominated.begin(), options.nominated.end()};
}

// RFC 9110 section 7.6.1: options are case-insensitive, and the list may have empty elements.
TEST(ReadConnectionOptions, KnowsItsOwnWordsInAnyCase) {
  ConnectionOptions options;
  EXPECT_EQ(read_connection_options(" CLOSE ,, Keep-Alive,\tupgrade,", options), std::nullopt);
  EXPECT_TRUE(options.close);
  EXPECT_TRUE(options.keep_alive);
  EXPECT_TRUE(options.upgrade);
  EXPECT_EQ(nominated(options), Names());
  EXPECT_EQ(options.named_count, 0U);
}

TEST(ReadConnectionOptions, AddsToThoseOfEarlierFields) {
  ConnectionOptions options;
  EXPECT_EQ(read_connection_options("close, X-One", options), std::nullopt);
  EXPECT_EQ(read_connection_options("X-Two", options), std::nullopt);
  EXPECT_EQ(read_connection_options("", options), std::nullopt);
  EXPECT_TRUE(options.close);
  EXPECT_EQ(nominated(options), Names({"X-One", "X-Two"}));
}

TEST(ReadConnectionOptions, CountsButIgnoresEndToEndFields) {
  ConnectionOptions options;
  EXPECT_EQ(read_connection_options("Host, X-One, X_Forwarded_For, Content-Length", options), std::nullopt);
  EXPECT_EQ(nominated(options), Names({"X-One"}));
  EXPECT_EQ(options.named_count, 4U);
}

TEST(ReadConnectionOptions, RefusesOtherThanTokens) {
  for (const std::string_view value : {"a b", "a;q=1", "\"close\"", "close, caf\xc3\xa9", "a\x7f"}) {
    ConnectionOptions options;
    EXPECT_EQ(read_connection_options(value, options), Violation::kMalformedHead) << value;
  }
}

// Ignored names count too, and so do those of an earlier field.
TEST(ReadConnectionOptions, RefusesMoreNamesThanThereIsRoomFor) {
  ConnectionOptions options;
  std::string names;
  for (std::size_t i = 1; i < limits::kConnectionOptions; ++i)
    names += i % 2 == 0 ? "Host," : "X-A,";
  EXPECT_EQ(read_connection_options(names, options), std::nullopt);
  EXPECT_EQ(read_connection_options("Host", options), std::nullopt);
  EXPECT_EQ(read_connection_options("close", options), std::nullopt);
  EXPECT_EQ(read_connection_options("Host", options), Violation::kTooManyConnectionOptions);
}

}  // namespace
}  // namespace wayside::http
