// Gives memory back to the system that a crowd of connections has left behind.
//
// malloc keeps what is freed, and a burst leaves free memory between what is still in use. Every few seconds
// the amount is looked at, and once it has grown by much, malloc is asked to return whole pages of it
// (malloc_trim(3)). Threads that serve requests hardly ever allocate, so they do not wait for it.
//
// One thread only: that of the io_context.
#pragma once

#include "wayside/net/types.hpp"

#include <cstddef>

namespace wayside::app {

class UnusedMemory {
 public:
  // Begins at once.
  explicit UnusedMemory(const net::Executor& executor);
  // The io_context may run out of work.
  void stop();

 private:
  void look_later();
  void look();

  net::Timer timer_;
  std::size_t kept_ = 0;  // free and not worth another try
  bool is_stopped_ = false;
};

}  // namespace wayside::app
