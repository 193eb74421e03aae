// Whether the backend is up, as far as the last result tells, and what of it is worth a line of the log.
//
// A line is made when the backend begins to fail, at most one in kQuiet, and one when it is back. The latter
// does not wait, as it stands behind a line of a failure: a backend that fails and answers by turns causes
// two lines in kQuiet at most. An outage lasts from its first failure to the line that says that it is over.
//
// No I/O: results and times in, lines out.
#pragma once

#include "wayside/base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wayside::app {

class BackendState {
 public:
  static constexpr Milliseconds kQuiet{std::chrono::seconds{5}};

  struct Line {
    enum class Kind : std::uint8_t {
      kFails,   // from now on
      kIsBack,  // behind a line of kFails
      kFailed,  // and is back: there was no line of kFails
    };
    Kind kind = Kind::kFails;
    std::uint64_t failures = 0;  // of the outage; never 0
    std::string reason{};        // of the last failure
    Milliseconds failed_for{};   // from the first failure of the outage to the last answer; zero in kFails
  };

  // Results, in the order of their times. `count` failures, of which the last was for this reason.
  void note_failures(std::uint64_t count, std::string reason, TimePoint at);
  void note_answer(TimePoint at);

  // By the last result; nothing before the first.
  std::optional<bool> is_up() const noexcept { return is_up_; }
  // When the outage began that lasts; nothing: the backend does not fail.
  std::optional<TimePoint> failing_since() const noexcept {
    return is_failing() ? std::optional(failing_since_) : std::nullopt;
  }
  // When the backend failed last; zero: never.
  TimePoint failed_at() const noexcept { return failed_at_; }

  // Of the last failure; empty: there was none.
  const std::string& reason() const noexcept { return reason_; }

  // When a line is due; nothing where there is none to come. It may be in the past.
  std::optional<TimePoint> line_due_at() const noexcept;
  // The line, if one is due. The caller writes it.
  std::optional<Line> take_line(TimePoint now);
  // The line that is still to come, due or not: there will be no other.
  std::optional<Line> take_last_line() { return take_line(TimePoint::max()); }

 private:
  bool is_failing() const noexcept { return is_up_ == false; }

  std::optional<bool> is_up_;
  TimePoint failing_since_{};
  TimePoint failed_at_{};
  TimePoint answered_at_{};
  std::uint64_t failures_ = 0;  // of the outage; 0: there is none
  std::string reason_;          // of the last failure
  bool told_failing_ = false;   // by the last line
  std::optional<TimePoint> told_of_failure_at_;
};

}  // namespace wayside::app
