// Where the lines of the access log go: from the workers' rings to a file descriptor, on a thread of its own.
//
// A worker pushes a line into its ring and goes on; the thread looks a few times a second, takes some lines
// of each ring in turn, and writes them. A reader that does not keep up blocks this thread and nobody else:
// the rings fill, and further lines are refused (the worker counts them). What cannot be written is tried
// again, as a full disk may have room later and a pipe another reader.
#pragma once

#include "wayside/accesslog/ring.hpp"
#include "wayside/base/log.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace wayside::accesslog {

class Sink {
 public:
  // Starts the thread. `descriptor` stays the caller's; it and `log`, which is told of errors, outlive the
  // sink. The process ignores SIGPIPE. Throws std::bad_alloc and std::system_error.
  Sink(int descriptor, std::size_t worker_count, const Logger& log);
  // Writes what is left, but waits no longer for a reader that has stopped; then ends the thread. No ring is
  // written meanwhile.
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // The ring of worker `index` < worker_count. Valid as long as the sink.
  Ring& ring(std::size_t index) noexcept { return *rings_[index]; }

 private:
  void run();
  // Some lines of each ring in turn, until there are no more. False where that cannot be done before the end.
  bool write_all();
  bool write(std::span<const char> lines);
  // Whether to go on: not if the sink ends.
  bool pause();
  bool wait_for_reader();
  void note_error(int error);

  const int given_;       // the caller's
  const int descriptor_;  // given_, or the same thing opened so that it never blocks
  const Logger& log_;
  std::vector<std::unique_ptr<Ring>> rings_;
  std::vector<char> lines_;  // being written
  bool is_failing_ = false;  // the last write failed, and that was said
  std::mutex mutex_;
  std::condition_variable wakeup_;
  bool is_stopping_ = false;  // under mutex_
  std::thread thread_;
};

}  // namespace wayside::accesslog
