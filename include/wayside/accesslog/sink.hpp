// Where the lines of the access log go: from the workers' rings to a file descriptor, on a thread of its own.
//
// A worker pushes a line into its ring and goes on; the thread looks a few times a second and writes what it
// finds. A reader that does not keep up blocks this thread and nobody else: the rings fill, and further lines
// are refused (the worker counts them).
#pragma once

#include "wayside/accesslog/ring.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace wayside::accesslog {

class Sink {
 public:
  // Starts the thread. `descriptor` stays the caller's and outlives the sink. Throws std::bad_alloc and
  // std::system_error.
  Sink(int descriptor, std::size_t worker_count);
  // Writes what is left, but waits no longer for a reader that has stopped; then ends the thread. No ring is
  // written meanwhile.
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  // The ring of worker `index` < worker_count. Valid as long as the sink.
  Ring& ring(std::size_t index) noexcept { return *rings_[index]; }

 private:
  void run();
  // Writes what the rings hold. False where the descriptor takes no more, now or ever.
  bool write_all();
  bool is_stopping();
  bool wait_for_descriptor();

  const int descriptor_;
  std::vector<std::unique_ptr<Ring>> rings_;
  std::mutex mutex_;
  std::condition_variable wakeup_;
  bool is_stopping_ = false;  // under mutex_
  std::thread thread_;
};

}  // namespace wayside::accesslog
