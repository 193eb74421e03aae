#include "wayside/proxy/outcome.hpp"

#include <boost/beast/http/status.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <vector>

namespace wayside::proxy {
namespace {

std::vector<Outcome> all_failures() {
  std::vector<Outcome> failures;
  for (std::size_t i = 1; i < kOutcomeCount; ++i)
    failures.push_back(static_cast<Outcome>(i));
  return failures;
}

TEST(Outcome, IsTheFaultOfOneSide) {
  EXPECT_EQ(side_of(Outcome::kCompleted), Side::kNone);
  EXPECT_EQ(side_of(Outcome::kRejected), Side::kClient);
  EXPECT_EQ(side_of(Outcome::kClientAborted), Side::kClient);
  EXPECT_EQ(side_of(Outcome::kRequestBodyTimeout), Side::kClient);
  EXPECT_EQ(side_of(Outcome::kConnectFailed), Side::kBackend);
  EXPECT_EQ(side_of(Outcome::kBadResponse), Side::kBackend);
  EXPECT_EQ(side_of(Outcome::kResponseTruncated), Side::kBackend);
  EXPECT_EQ(side_of(Outcome::kShutDown), Side::kInternal);
  EXPECT_EQ(side_of(Outcome::kInternalError), Side::kInternal);
}

// RFC 9110 section 15: 4xx is the client's fault, 5xx is not; 502 an invalid answer, 504 none in time.
TEST(Outcome, IsCountedUnderTheStatusThatFitsItsSide) {
  EXPECT_EQ(status_of(Outcome::kClientAborted), kStatusClientAborted);
  EXPECT_EQ(status_of(Outcome::kRequestHeadTimeout), 408U);
  EXPECT_EQ(status_of(Outcome::kRequestBodyTimeout), 408U);
  EXPECT_EQ(status_of(Outcome::kConnectFailed), 502U);
  EXPECT_EQ(status_of(Outcome::kBackendClosed), 502U);
  EXPECT_EQ(status_of(Outcome::kBadResponse), 502U);
  EXPECT_EQ(status_of(Outcome::kConnectTimeout), 504U);
  EXPECT_EQ(status_of(Outcome::kResponseHeadTimeout), 504U);
  EXPECT_EQ(status_of(Outcome::kShutDown), 503U);
  EXPECT_EQ(status_of(Outcome::kInternalError), 500U);
  for (const Outcome failure : all_failures()) {
    EXPECT_EQ(status_of(failure) / 100, side_of(failure) == Side::kClient ? 4U : 5U) << to_token(failure);
  }
}

TEST(Outcome, HasWordsOfItsOwn) {
  std::set<std::string_view> tokens;
  std::set<std::string_view> texts;
  for (const Outcome failure : all_failures()) {
    EXPECT_TRUE(tokens.insert(to_token(failure)).second) << to_token(failure);
    EXPECT_EQ(to_token(failure).find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
    EXPECT_TRUE(texts.insert(to_text(failure)).second) << to_text(failure);
    EXPECT_EQ(to_text(failure).find_first_of("\r\n"), std::string_view::npos);
  }
}

TEST(Outcome, OfARejectionIsToldByTheViolation) {
  const End end = http::Violation::kBodyTooLarge;
  EXPECT_EQ(end.outcome, Outcome::kRejected);
  EXPECT_EQ(status_of(end), 413U);
  EXPECT_EQ(to_token(end), http::to_token(http::Violation::kBodyTooLarge));
  EXPECT_EQ(to_text(end), http::to_text(http::Violation::kBodyTooLarge));
  const End other = Outcome::kConnectFailed;
  EXPECT_EQ(status_of(other), status_of(Outcome::kConnectFailed));
  EXPECT_EQ(to_token(other), to_token(Outcome::kConnectFailed));
}

TEST(Outcome, OfABadResponseIsNamedByTheViolation) {
  const End end = End::bad_response(http::Violation::kBadChunk);
  EXPECT_EQ(end.outcome, Outcome::kBadResponse);
  EXPECT_EQ(side_of(end.outcome), Side::kBackend);
  EXPECT_EQ(status_of(end), 502U);
  EXPECT_EQ(to_token(end), "response_bad_chunk");
  EXPECT_EQ(to_text(end), to_text(Outcome::kBadResponse)) << "the client cannot help it";
}

TEST(Outcome, IsAnsweredWithAStatusThatHasAReasonPhrase) {
  for (const Outcome failure : all_failures()) {
    if (side_of(failure) == Side::kClient && status_of(failure) == kStatusClientAborted)
      continue;  // nobody to be answered
    EXPECT_NE(boost::beast::http::int_to_status(status_of(failure)), boost::beast::http::status::unknown)
        << to_token(failure);
  }
}

}  // namespace
}  // namespace wayside::proxy
