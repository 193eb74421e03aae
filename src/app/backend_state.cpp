#include "app/backend_state.hpp"

#include <utility>

namespace wayside::app {

void BackendState::note_failures(std::uint64_t count, std::string reason, TimePoint at) {
  if (!is_failing()) failing_since_ = at;
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
  const bool is_news = is_failing() ? !told_failing_ : told_failing_ || failures_ != 0;
  if (!is_news) return std::nullopt;
  return told_at_ ? *told_at_ + kQuiet : TimePoint{};
}

std::optional<BackendState::Line> BackendState::take_line(TimePoint now) {
  const auto due_at = line_due_at();
  if (!due_at || now < *due_at) return std::nullopt;
  Line line{.failures = std::exchange(failures_, 0), .reason = reason_};
  if (!is_failing()) {
    line.kind = told_failing_ ? Line::Kind::kIsBack : Line::Kind::kFailed;
    line.failed_for = std::chrono::duration_cast<Milliseconds>(answered_at_ - failing_since_);
  }
  told_failing_ = is_failing();
  told_at_ = now;
  return line;
}

}  // namespace wayside::app
