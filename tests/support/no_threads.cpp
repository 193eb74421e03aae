#include "support/no_threads.hpp"

#include <atomic>
#include <cerrno>
#include <dlfcn.h>
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

// Replaces the C library's function for all that is linked into the program.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*begin)(void*),
                              void* argument) {
  if (wayside::test::threads_are_refused()) return EAGAIN;
  using Function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "pthread_create"));
  return next(thread, attributes, begin, argument);
}
