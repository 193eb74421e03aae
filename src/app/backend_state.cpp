#include "app/backend_state.hpp"

#include <utility>

namespace wayside::app {

void BackendState::note_failures(std::uint64_t count, std::string reason, TimePoint at) {
  if (failures_ == 0) failing_since_ = at;
  is_up_ = false;
  failed_at_ = at;
  failures_ += count;
  reason_ = std::move(reason);
}

void BackendState::note_answer(TimePoint at) {
  is_up_ = true;
  answered_at_ = at;
}

std::optional<TimePoint> BackendState::line_due_at() const noexcept {
  const bool is_news = failures_ != 0 && !(is_failing() && told_failing_);
  if (!is_news) return std::nullopt;
  return told_of_failure_at_ && !told_failing_ ? *told_of_failure_at_ + kQuiet : TimePoint{};
}

std::optional<BackendState::Line> BackendState::take_line(TimePoint now) {
  const auto due_at = line_due_at();
  if (!due_at || now < *due_at) return std::nullopt;
  Line line{.failures = failures_, .reason = reason_};
  if (!told_failing_) told_of_failure_at_ = now;
  if (!is_failing()) {
    line.kind = told_failing_ ? Line::Kind::kIsBack : Line::Kind::kFailed;
    line.failed_for = std::chrono::duration_cast<Milliseconds>(answered_at_ - failing_since_);
    failures_ = 0;
  }
  told_failing_ = is_failing();
  return line;
}

}  // namespace wayside::app
