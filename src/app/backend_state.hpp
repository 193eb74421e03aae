// Whether the backend is up, as far as the last result tells, and what of it is worth a line of the log.
//
// A line is made when the backend begins to fail and when it is back, but at most one in kQuiet: a backend
// that fails and answers by turns does not fill the log. Each line has the number of failures since the last.
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
    std::uint64_t failures = 0;  // since the last line
    std::string reason{};        // of the last failure
    Milliseconds failed_for{};   // of kIsBack: since the first failure behind the last answer
  };

  // Results, in the order of their times. `count` failures, of which the last was for this reason.
  void note_failures(std::uint64_t count, std::string reason, TimePoint at);
  void note_answer(TimePoint at);

  // By the last result; nothing before the first.
  std::optional<bool> is_up() const noexcept { return is_up_; }
  // When the backend failed last; zero: never.
  TimePoint failed_at() const noexcept { return failed_at_; }

  // When a line is due; nothing where there is none to come. It may be in the past.
  std::optional<TimePoint> line_due_at() const noexcept;
  // The line, if one is due. The caller writes it.
  std::optional<Line> take_line(TimePoint now);

 private:
  bool is_failing() const noexcept { return is_up_ == false; }

  std::optional<bool> is_up_;
  TimePoint failing_since_{};
  TimePoint failed_at_{};
  TimePoint answered_at_{};
  std::uint64_t failures_ = 0;  // since the last line
  std::string reason_;          // of the last
  bool told_failing_ = false;   // by the last line
  std::optional<TimePoint> told_at_;
};

}  // namespace wayside::app
