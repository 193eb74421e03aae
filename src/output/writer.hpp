// A thread that writes the lines of some sources to a descriptor, so that nobody else waits for it.
//
// A reader that does not keep up, a disk that is full and a write that hangs stop this thread alone: its
// sources fill, and refuse further lines. What cannot be written is tried again, as a full disk may have room
// later and a pipe another reader. A line that is too long for a datagram is left out.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/output/line_source.hpp"

#include "output/bell.hpp"

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace wayside::output {

class Writer {
 public:
  struct Options {
    int descriptor = -1;  // stays the caller's; see end()
    std::vector<std::shared_ptr<LineSource>> sources;
    // Rung when there is something to write. This writer's alone.
    std::shared_ptr<Bell> bell;
    // How often sources are looked at that ring no bell.
    std::optional<Milliseconds> interval;
    // Called on the thread when writing begins to fail, once until it succeeds again. May throw.
    std::function<void(const error_code&)> on_failure;
  };

  // Starts the thread. Throws std::bad_alloc and std::system_error.
  explicit Writer(Options options);
  // Ends it now, if that was not done.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Writes what the sources have, waits for room until the deadline, and returns when that is done, or a
  // moment after the deadline. A write that hangs even then is left to the end of the process, with the
  // sources and the descriptor; nothing else is touched any more.
  void end(TimePoint deadline) noexcept;

 private:
  class Loop;

  const std::shared_ptr<Loop> loop_;  // shared with the thread, which may outlive the writer
  std::future<void> is_over_;
  std::thread thread_;
};

}  // namespace wayside::output
