// Returns memory that a burst of connections has freed to the system.
//
// malloc keeps freed memory, and a burst leaves it between blocks that are still in use. UnusedMemory checks
// its amount every few seconds, and returns whole pages once it has grown by megabytes (malloc_trim(3)).
// Threads that serve requests hardly ever allocate, so they do not wait for that. Used by the io_context's
// thread alone.
#pragma once

#include "wayside/net/types.hpp"

#include <cstddef>

namespace wayside::app {

class UnusedMemory {
 public:
  // Starts to check.
  explicit UnusedMemory(const net::Executor& executor);
  // Cancels the timer, so that the io_context can run out of work.
  void stop();

 private:
  void look_later();
  void look();

  net::Timer timer_;
  std::size_t kept_ = 0;  // bytes that were free after the last malloc_trim()
  bool is_stopped_ = false;
};

}  // namespace wayside::app
