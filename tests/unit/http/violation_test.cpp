#include "wayside/http/violation.hpp"

#include <boost/beast/http/status.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string_view>

namespace wayside::http {
namespace {

TEST(Violation, HasTheStatusThatTheRfcNames) {
  EXPECT_EQ(status_of(Violation::kMalformedHead), 400U);
  EXPECT_EQ(status_of(Violation::kRequestLineTooLong), 414U);         // RFC 9112 section 3
  EXPECT_EQ(status_of(Violation::kHeadTooLarge), 431U);               // RFC 6585 section 5
  EXPECT_EQ(status_of(Violation::kTooManyFields), 431U);              //
  EXPECT_EQ(status_of(Violation::kUnsupportedVersion), 505U);         // RFC 9110 section 15.6.6
  EXPECT_EQ(status_of(Violation::kMissingHost), 400U);                // RFC 9112 section 3.2
  EXPECT_EQ(status_of(Violation::kDuplicateHost), 400U);              //
  EXPECT_EQ(status_of(Violation::kConnectUnsupported), 501U);         // RFC 9110 section 9.1
  EXPECT_EQ(status_of(Violation::kBadTransferEncoding), 501U);        // RFC 9112 section 6.1
  EXPECT_EQ(status_of(Violation::kLengthAndTransferEncoding), 400U);  //
  EXPECT_EQ(status_of(Violation::kBodyTooLarge), 413U);               // RFC 9110 section 15.5.14
}

TEST(Violation, HasWordsOfItsOwn) {
  std::set<std::string_view> tokens;
  std::set<std::string_view> texts;
  for (std::size_t i = 0; i < kViolationCount; ++i) {
    const auto violation = static_cast<Violation>(i);
    EXPECT_FALSE(to_token(violation).empty() && to_response_token(violation).empty()) << i;
    for (const std::string_view token : {to_token(violation), to_response_token(violation)}) {
      if (token.empty()) continue;  // such a message cannot have it
      EXPECT_EQ(token.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), token.npos) << token;
      EXPECT_TRUE(tokens.insert(token).second) << token;
    }
    const std::string_view text = to_text(violation);
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text.find_first_of("\r\n"), text.npos) << text;
    EXPECT_TRUE(texts.insert(text).second) << text;
  }
}

// So that nobody takes one for the other, in the access log or in a query.
TEST(Violation, OfAResponseIsNamedLikeThatOfARequest) {
  for (std::size_t i = 0; i < kViolationCount; ++i) {
    const auto violation = static_cast<Violation>(i);
    const std::string_view token = to_token(violation);
    const std::string_view of_response = to_response_token(violation);
    if (of_response.empty()) continue;
    EXPECT_TRUE(of_response.starts_with("response_")) << of_response;
    if (!token.empty()) {
      EXPECT_EQ(of_response.substr(std::string_view("response_").size()), token);
    }
  }
}

TEST(Violation, IsAnsweredWithAStatusThatHasAReasonPhrase) {
  for (std::size_t i = 0; i < kViolationCount; ++i) {
    const unsigned status = status_of(static_cast<Violation>(i));
    EXPECT_NE(boost::beast::http::int_to_status(status), boost::beast::http::status::unknown) << i;
  }
}

}  // namespace
}  // namespace wayside::http
