// The standard streams of the daemon: the log on standard error and the access log on standard output, each
// written by a dedicated thread.
//
// Logging never waits. A stream that is full, fails or hangs delays no other thread: lines without room are
// dropped and counted, log lines by Logger::dropped(), access log lines by the worker whose ring refuses
// them. If both streams are the same file, such as a terminal or the socket of systemd's journal, one thread
// writes both, so that no line is put in the middle of another.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"
#include "wayside/output/ring.hpp"

#include <cstddef>
#include <memory>
#include <unistd.h>

namespace wayside::output {

struct Descriptors {
  int output = STDOUT_FILENO;
  int error = STDERR_FILENO;
};

class StandardStreams {
 public:
  // How long the destructor waits for the readers of both streams together.
  static constexpr Milliseconds kFlushTimeout{2000};

  // Starts the threads. The log takes lines from level `threshold` on; the access log has `ring_count` rings,
  // 0 for no access log. The caller owns the descriptors, which outlive this object; one whose write still
  // hangs then is used to the end of the process. The process ignores SIGPIPE. Throws std::bad_alloc and
  // std::system_error.
  explicit StandardStreams(LogLevel threshold, std::size_t ring_count, Descriptors descriptors = {},
                           Milliseconds flush_timeout = kFlushTimeout);
  // Writes the remaining lines, waits up to the flush timeout for room, and ends the threads. No thread logs
  // meanwhile.
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  // Usable by any thread.
  const Logger& log() const noexcept;
  // The ring of one worker. `index` is below `ring_count`.
  Ring& access_log(std::size_t index) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::output
