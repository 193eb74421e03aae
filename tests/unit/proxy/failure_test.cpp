#include "wayside/proxy/failure.hpp"

#include <boost/beast/http/status.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <vector>

namespace wayside::proxy {
namespace {

constexpr int kFailureCount = static_cast<int>(Failure::kShutDown) + 1;

std::vector<Failure> all_failures() {
  std::vector<Failure> failures;
  for (int i = 1; i < kFailureCount; ++i)
    failures.push_back(static_cast<Failure>(i));
  return failures;
}

TEST(Failure, IsTheFaultOfOneSide) {
  EXPECT_EQ(side_of(Failure::kNone), Side::kNobody);
  EXPECT_EQ(side_of(Failure::kRejected), Side::kClient);
  EXPECT_EQ(side_of(Failure::kClientAborted), Side::kClient);
  EXPECT_EQ(side_of(Failure::kRequestBodyTimeout), Side::kClient);
  EXPECT_EQ(side_of(Failure::kConnectFailed), Side::kBackend);
  EXPECT_EQ(side_of(Failure::kBadResponse), Side::kBackend);
  EXPECT_EQ(side_of(Failure::kResponseTruncated), Side::kBackend);
  EXPECT_EQ(side_of(Failure::kShutDown), Side::kInternal);
}

// RFC 9110 section 15: 4xx is the client's fault, 5xx is not; 502 an invalid answer, 504 none in time.
TEST(Failure, IsCountedUnderTheStatusThatFitsItsSide) {
  EXPECT_EQ(status_of(Failure::kClientAborted), kStatusClientAborted);
  EXPECT_EQ(status_of(Failure::kRequestHeadTimeout), 408U);
  EXPECT_EQ(status_of(Failure::kRequestBodyTimeout), 408U);
  EXPECT_EQ(status_of(Failure::kConnectFailed), 502U);
  EXPECT_EQ(status_of(Failure::kBackendClosed), 502U);
  EXPECT_EQ(status_of(Failure::kBadResponse), 502U);
  EXPECT_EQ(status_of(Failure::kConnectTimeout), 504U);
  EXPECT_EQ(status_of(Failure::kResponseHeadTimeout), 504U);
  EXPECT_EQ(status_of(Failure::kShutDown), 503U);
  for (const Failure failure : all_failures()) {
    EXPECT_EQ(status_of(failure) / 100, side_of(failure) == Side::kClient ? 4U : 5U) << to_token(failure);
  }
}

TEST(Failure, HasWordsOfItsOwn) {
  std::set<std::string_view> tokens;
  std::set<std::string_view> texts;
  for (const Failure failure : all_failures()) {
    EXPECT_TRUE(tokens.insert(to_token(failure)).second) << to_token(failure);
    EXPECT_EQ(to_token(failure).find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
    EXPECT_TRUE(texts.insert(to_text(failure)).second) << to_text(failure);
    EXPECT_EQ(to_text(failure).find_first_of("\r\n"), std::string_view::npos);
  }
}

TEST(Failure, IsAnsweredWithAStatusThatHasAReasonPhrase) {
  for (const Failure failure : all_failures()) {
    if (side_of(failure) == Side::kClient && status_of(failure) == kStatusClientAborted)
      continue;  // nobody to be answered
    EXPECT_NE(boost::beast::http::int_to_status(status_of(failure)), boost::beast::http::status::unknown)
        << to_token(failure);
  }
}

}  // namespace
}  // namespace wayside::proxy
