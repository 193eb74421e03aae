#include "wayside/proxy/reasons.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace wayside::proxy {
namespace {

std::vector<End> all_ends() {
  std::vector<End> ends;
  for (std::size_t i = 0; i < kOutcomeCount; ++i)
    ends.emplace_back(static_cast<Outcome>(i));
  for (std::size_t i = 0; i < http::kViolationCount; ++i)
    ends.emplace_back(static_cast<http::Violation>(i));
  return ends;
}

// The metrics print the word at the index, so each id has to be that of its own word.
TEST(Reasons, OfBackendErrorsAreTheirTokens) {
  const std::vector<std::string> reasons = backend_error_reasons();
  ASSERT_EQ(reasons.size(), kOutcomeCount);
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const auto id = backend_error_reason(outcome);
    EXPECT_EQ(id.has_value(), side_of(outcome) == Side::kBackend) << to_token(outcome);
    if (id) {
      EXPECT_EQ(reasons.at(*id), to_token(outcome));
    } else {
      EXPECT_EQ(reasons.at(i), "") << "it never happens";
    }
  }
}

TEST(Reasons, OfRejectionsAreTheirTokens) {
  const std::vector<std::string> reasons = rejection_reasons();
  std::set<metrics::ListedValue> seen;
  for (const End& end : all_ends()) {
    const auto id = rejection_reason(end);
    if (!id) continue;
    EXPECT_TRUE(seen.insert(*id).second) << to_token(end);
    EXPECT_EQ(reasons.at(*id), to_token(end));
  }
  EXPECT_EQ(seen.size(), reasons.size()) << "each word is the reason of an end";
}

TEST(Reasons, EveryViolationIsARejection) {
  for (std::size_t i = 0; i < http::kViolationCount; ++i)
    EXPECT_TRUE(rejection_reason(static_cast<http::Violation>(i)).has_value());
}

// An answer of 4xx or 5xx that wayside gives for no fault of the backend's.
TEST(Reasons, NoEndIsBothABackendErrorAndARejection) {
  for (const End& end : all_ends())
    EXPECT_FALSE(backend_error_reason(end.outcome) && rejection_reason(end)) << to_token(end);
  for (const Outcome outcome : {Outcome::kCompleted, Outcome::kClientAborted, Outcome::kClientStalled})
    EXPECT_FALSE(rejection_reason(outcome)) << to_token(outcome);
  EXPECT_TRUE(rejection_reason(Outcome::kInternalError));
}

}  // namespace
}  // namespace wayside::proxy
