#include "wayside/proxy/reasons.hpp"

#include "wayside/http/violation.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace wayside::proxy {
namespace {

// Their indices follow those of the violations.
constexpr std::array kRefusals = {Outcome::kRequestHeadTimeout,  Outcome::kRequestBodyTimeout,
                                  Outcome::kLocalShortage,       Outcome::kBackendQueueFull,
                                  Outcome::kBackendQueueTimeout, Outcome::kInternalError};

}  // namespace

std::vector<std::string> backend_error_reasons() {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    reasons.emplace_back(side_of(outcome) == Side::kBackend ? to_token(outcome) : std::string_view());
  }
  return reasons;
}

std::optional<metrics::ListedValue> backend_error_reason(Outcome outcome) noexcept {
  if (side_of(outcome) != Side::kBackend) return std::nullopt;
  return static_cast<metrics::ListedValue>(outcome);
}

std::vector<std::string> rejection_reasons() {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < http::kViolationCount; ++i)
    reasons.emplace_back(to_token(static_cast<http::Violation>(i)));
  for (const Outcome outcome : kRefusals)
    reasons.emplace_back(to_token(outcome));
  return reasons;
}

std::optional<metrics::ListedValue> rejection_reason(const End& end) noexcept {
  if (end.violation) return static_cast<metrics::ListedValue>(*end.violation);
  const auto* const refusal = std::ranges::find(kRefusals, end.outcome);
  if (refusal == kRefusals.end()) return std::nullopt;
  return http::kViolationCount + static_cast<std::size_t>(refusal - kRefusals.begin());
}

}  // namespace wayside::proxy
