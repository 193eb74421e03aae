#include "wayside/proxy/reasons.hpp"

#include "wayside/http/violation.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace wayside::proxy {
namespace {

// Of rejections: their indices follow those of the violations.
constexpr std::array kRefusals = {Outcome::kRequestHeadTimeout,  Outcome::kRequestBodyTimeout,
                                  Outcome::kLocalShortage,       Outcome::kBackendQueueFull,
                                  Outcome::kBackendQueueTimeout, Outcome::kInternalError};

}  // namespace

std::vector<std::string> backend_error_reasons() {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const bool is_reason = side_of(outcome) == Side::kBackend && outcome != Outcome::kBadResponse;
    reasons.emplace_back(is_reason ? to_token(outcome) : std::string_view());
  }
  for (std::size_t i = 0; i < http::kViolationCount; ++i)
    reasons.emplace_back(to_response_token(static_cast<http::Violation>(i)));
  return reasons;
}

std::optional<metrics::ListedValue> backend_error_reason(const End& end) noexcept {
  if (side_of(end.outcome) != Side::kBackend) return std::nullopt;
  if (end.violation) return kOutcomeCount + static_cast<metrics::ListedValue>(*end.violation);
  return static_cast<metrics::ListedValue>(end.outcome);
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
  if (side_of(end.outcome) == Side::kBackend) return std::nullopt;
  if (end.violation) return static_cast<metrics::ListedValue>(*end.violation);
  const auto* const refusal = std::ranges::find(kRefusals, end.outcome);
  if (refusal == kRefusals.end()) return std::nullopt;
  return http::kViolationCount + static_cast<std::size_t>(refusal - kRefusals.begin());
}

}  // namespace wayside::proxy
