// A thread that writes the lines of several sources to a descriptor, so that no other thread waits for it.
//
// A slow reader, a full disk and a write that hangs stop this thread alone: its sources fill, and refuse
// further lines. A failed write is repeated, as a full disk may have room later and a pipe another reader. A
// line that is too long for a datagram is dropped.
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
    int descriptor = -1;  // owned by the caller; see end()
    std::vector<std::shared_ptr<LineSource>> sources;
    // Rung when there are lines to write. Not shared with another writer.
    std::shared_ptr<Bell> bell;
    // How often to poll sources that do not ring the bell.
    std::optional<Milliseconds> interval;
    // Called by the thread when writing begins to fail, once until it succeeds again. May throw.
    std::function<void(const error_code&)> on_failure;
  };

  // Starts the thread. Throws std::bad_alloc and std::system_error.
  explicit Writer(Options options);
  // Ends the thread now, unless end() did.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Writes the lines of the sources, waiting for room until the deadline, and returns when done, or a moment
  // after the deadline. A thread that hangs in a write even then runs to the end of the process, and uses
  // only the sources and the descriptor.
  void end(TimePoint deadline) noexcept;

 private:
  class Loop;

  const std::shared_ptr<Loop> loop_;  // shared with the thread, which may outlive the writer
  std::future<void> is_over_;
  std::thread thread_;
};

}  // namespace wayside::output
