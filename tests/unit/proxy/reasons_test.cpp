#include "wayside/proxy/reasons.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace wayside::proxy {
namespace {

std::vector<End> all_ends() {
  std::vector<End> ends;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (outcome == Outcome::kRejected || outcome == Outcome::kBadResponse) continue;  // the violation says it
    ends.emplace_back(outcome);
  }
  for (std::size_t i = 0; i < http::kViolationCount; ++i) {
    const auto violation = static_cast<http::Violation>(i);
    if (!to_token(violation).empty()) ends.emplace_back(violation);
    if (!to_response_token(violation).empty()) ends.push_back(End::bad_response(violation));
  }
  return ends;
}

// Nothing is printed for an empty word.
std::size_t words_in(const std::vector<std::string>& reasons) {
  return static_cast<std::size_t>(
      std::ranges::count_if(reasons, [](const std::string& reason) { return !reason.empty(); }));
}

// The metrics print the word at the index, so each id has to be that of its own word.
TEST(Reasons, OfBackendErrorsAreTheirTokens) {
  const std::vector<std::string> reasons = backend_error_reasons();
  std::set<metrics::ListedValue> seen;
  for (const End& end : all_ends()) {
    const auto id = backend_error_reason(end);
    EXPECT_EQ(id.has_value(), side_of(end.outcome) == Side::kBackend) << to_token(end);
    if (!id) continue;
    EXPECT_TRUE(seen.insert(*id).second) << to_token(end);
    EXPECT_EQ(reasons.at(*id), to_token(end));
  }
  EXPECT_EQ(seen.size(), words_in(reasons)) << "each word is the reason of an end";
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
  EXPECT_EQ(seen.size(), words_in(reasons)) << "each word is the reason of an end";
}

TEST(Reasons, EveryViolationHasOne) {
  for (std::size_t i = 0; i < http::kViolationCount; ++i) {
    const auto violation = static_cast<http::Violation>(i);
    EXPECT_EQ(backend_error_reasons().at(*backend_error_reason(End::bad_response(violation))),
              to_response_token(violation));
    EXPECT_EQ(rejection_reasons().at(*rejection_reason(violation)), to_token(violation));
  }
}

// An answer of 4xx or 5xx that wayside gives for no fault of the backend's.
TEST(Reasons, NoEndIsBothABackendErrorAndARejection) {
  for (const End& end : all_ends())
    EXPECT_FALSE(backend_error_reason(end) && rejection_reason(end)) << to_token(end);
  for (const Outcome outcome : {Outcome::kCompleted, Outcome::kClientAborted, Outcome::kClientStalled})
    EXPECT_FALSE(rejection_reason(outcome)) << to_token(outcome);
  EXPECT_TRUE(rejection_reason(Outcome::kInternalError));
}

}  // namespace
}  // namespace wayside::proxy
