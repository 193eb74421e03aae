#include "wayside/proxy/backend_reporter.hpp"

namespace wayside::proxy {

// The flag goes first: whoever sets it meanwhile is told of a later answer.
void BackendReporter::tell_answer() noexcept {
  answer_is_wanted_.store(false, std::memory_order_relaxed);
  record_.answered_at = Clock::now();
  publish();
}

void BackendReporter::note_failure(const End& end, const error_code& error) noexcept {
  want_answer();
  ++record_.failures;
  record_.failed_at = Clock::now();
  record_.end = end;
  record_.error = error;
  publish();
}

void BackendReporter::publish() noexcept {
  shared_.write(record_);
  if (on_change_) on_change_();
}

}  // namespace wayside::proxy
