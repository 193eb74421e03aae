#include "wayside/proxy/reasons.hpp"

#include <array>
#include <cstddef>

namespace wayside::proxy {
namespace {

// They stand behind the violations.
constexpr std::array kRefusingFailures = {Failure::kRequestHeadTimeout, Failure::kRequestBodyTimeout,
                                          Failure::kLocalShortage, Failure::kBackendQueueFull,
                                          Failure::kBackendQueueTimeout};

}  // namespace

std::vector<std::string> backend_error_reasons() {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < kFailureCount; ++i) {
    const auto failure = static_cast<Failure>(i);
    reasons.emplace_back(side_of(failure) == Side::kBackend ? to_token(failure) : std::string_view());
  }
  return reasons;
}

std::optional<metrics::ReasonId> backend_error_reason(Failure failure) noexcept {
  if (side_of(failure) != Side::kBackend) return std::nullopt;
  return static_cast<metrics::ReasonId>(failure);
}

std::vector<std::string> rejection_reasons() {
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < http::kViolationCount; ++i)
    reasons.emplace_back(to_token(static_cast<http::Violation>(i)));
  for (const Failure failure : kRefusingFailures)
    reasons.emplace_back(to_token(failure));
  return reasons;
}

std::optional<metrics::ReasonId> rejection_reason(Failure failure,
                                                  std::optional<http::Violation> violation) noexcept {
  if (failure == Failure::kRejected && violation) return static_cast<metrics::ReasonId>(*violation);
  for (std::size_t i = 0; i < kRefusingFailures.size(); ++i) {
    if (kRefusingFailures[i] == failure) return http::kViolationCount + i;
  }
  return std::nullopt;
}

}  // namespace wayside::proxy
