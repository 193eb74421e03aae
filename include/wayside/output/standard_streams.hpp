// The standard streams of the daemon: the log on standard error and the access log on standard output, each
// written by a thread that answers nobody.
//
// Whoever logs leaves a line and goes on. A stream that is full, fails or hangs costs nobody else anything:
// lines without room are dropped and counted, those of the log by Logger::dropped(), those of the access log
// by the worker whose ring refuses them. Where both streams are the same file, as a terminal and the socket
// of systemd's journal are, one thread writes both, so that no line is put in the middle of another.
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
  // How long the end waits for the readers of both streams together.
  static constexpr Milliseconds kFlushTimeout{2000};

  // Starts the threads: lines of the log from `threshold` on, and lines of the access log from `ring_count`
  // rings, 0 where there is no access log. The descriptors stay the caller's and outlive this; one whose
  // write hangs at the end is used to the end of the process. The process ignores SIGPIPE. Throws
  // std::bad_alloc and std::system_error.
  explicit StandardStreams(LogLevel threshold, std::size_t ring_count, Descriptors descriptors = {},
                           Milliseconds flush_timeout = kFlushTimeout);
  // Writes what is left, waits kFlushTimeout for room, and ends the threads. Nobody logs meanwhile.
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  // Any thread.
  const Logger& log() const noexcept;
  // Of one worker. `index` is below ring_count.
  Ring& access_log(std::size_t index) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::output
