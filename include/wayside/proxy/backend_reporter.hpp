// A worker reports here that the backend failed, and that the backend answers again.
//
// While the backend answers, an answer costs one read of a flag, which stays unwritten. A failure, and the
// first answer behind one, are written to the record of this worker, and the reader of the records is called.
// Workers share nothing, and one reader combines the records of all.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/base/seqlock.hpp"
#include "wayside/proxy/outcome.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace wayside::proxy {

// Everything since the start. An exchange fails if the backend is at fault and no response began.
struct BackendRecord {
  std::uint64_t failures = 0;
  TimePoint failed_at{};          // the last time; zero: never
  TimePoint answered_at{};        // the last answer that was told; zero: none
  End end = Outcome::kCompleted;  // of the exchange that failed last
  error_code error{};             // of its connecting
};

class BackendReporter {
 public:
  // `on_change` is called on the worker's thread, behind each change of the record. It must not throw.
  explicit BackendReporter(std::function<void()> on_change) : on_change_(std::move(on_change)) {}
  BackendReporter(const BackendReporter&) = delete;
  BackendReporter& operator=(const BackendReporter&) = delete;

  // The worker only. Neither allocates nor waits.
  void note_answer() noexcept {
    if (answer_is_wanted_.load(std::memory_order_relaxed)) [[unlikely]]
      tell_answer();
  }
  void note_failure(const End& end, const error_code& error) noexcept;

  // Any thread. The next answer is told; so are the very first one and the first one behind a failure of this
  // worker.
  void want_answer() noexcept { answer_is_wanted_.store(true, std::memory_order_relaxed); }
  // Nothing before the first change, or while a change is under way: `on_change` follows.
  std::optional<BackendRecord> record() const noexcept { return shared_.try_read(); }

 private:
  void tell_answer() noexcept;
  void publish() noexcept;

  const std::function<void()> on_change_;  // may be empty
  std::atomic<bool> answer_is_wanted_{true};
  BackendRecord record_;  // the worker's own
  Seqlock<BackendRecord> shared_;
};

}  // namespace wayside::proxy
