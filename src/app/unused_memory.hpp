// Returns memory to the system that a burst of connections leaves free.
//
// malloc keeps freed memory, and a burst leaves it between blocks that are still in use. This looks at its
// amount every few seconds, and returns whole pages once it has grown by much (malloc_trim(3)). Threads that
// serve requests hardly ever allocate, so they do not wait for that. Used by the io_context's thread alone.
#pragma once

#include "wayside/net/types.hpp"

#include <cstddef>

namespace wayside::app {

class UnusedMemory {
 public:
  // Starts at once.
  explicit UnusedMemory(const net::Executor& executor);
  // Lets the io_context run out of work.
  void stop();

 private:
  void look_later();
  void look();

  net::Timer timer_;
  std::size_t kept_ = 0;  // bytes that were free after the last malloc_trim()
  bool is_stopped_ = false;
};

}  // namespace wayside::app
