#include "support/no_threads.hpp"

#include <atomic>
#include <cerrno>
#include <pthread.h>

namespace wayside::test {
namespace {

std::atomic<bool> refused{false};

}  // namespace

NoThreads::NoThreads() noexcept {
  refused = true;
}
NoThreads::~NoThreads() {
  refused = false;
}

static bool threads_are_refused() noexcept {
  return refused;
}

}  // namespace wayside::test

// The linker puts these names in the place of pthread_create (--wrap).
extern "C" {
int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*begin)(void*),
                          void* argument);
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*begin)(void*),
                          void* argument);
}
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*begin)(void*),
                          void* argument) {
  if (wayside::test::threads_are_refused()) return EAGAIN;
  return __real_pthread_create(thread, attributes, begin, argument);
}
