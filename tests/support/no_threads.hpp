// A process that may start no more threads, as under a limit of pids.
#pragma once

namespace wayside::test {

// While it lives, pthread_create(3) fails with EAGAIN, whichever thread calls it (no_threads.cpp).
class NoThreads {
 public:
  NoThreads() noexcept;
  ~NoThreads();
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;
};

}  // namespace wayside::test
