#include "support/stuck_resolver.hpp"

#include "support/raw_socket.hpp"

#include <dlfcn.h>
#include <netdb.h>
#include <string_view>

namespace wayside::test {
namespace {

// Shared with threads that outlive the test, and so never destroyed.
struct Stuck {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_released = true;
  int failures = 0;  // that are left
  int count = 0;

  void wait_for_release() {
    std::unique_lock lock(mutex);
    if (failures != 0) {
      --failures;
      return;
    }
    ++count;
    changed.notify_all();
    changed.wait(lock, [&] { return is_released; });
    --count;
    changed.notify_all();
  }
};

Stuck& stuck_lookups() {
  static Stuck& instance = *new Stuck;
  return instance;
}

}  // namespace

StuckResolver::StuckResolver(int failures) {
  const std::lock_guard lock(stuck_lookups().mutex);
  stuck_lookups().is_released = false;
  stuck_lookups().failures = failures;
}

StuckResolver::~StuckResolver() {
  std::unique_lock lock(stuck_lookups().mutex);
  stuck_lookups().is_released = true;
  stuck_lookups().changed.notify_all();
  stuck_lookups().changed.wait(lock, [] { return stuck_lookups().count == 0; });
}

bool StuckResolver::is_asked() {
  std::unique_lock lock(stuck_lookups().mutex);
  return stuck_lookups().changed.wait_for(lock, kPatience, [] { return stuck_lookups().count != 0; });
}

int StuckResolver::stuck_count() {
  const std::lock_guard lock(stuck_lookups().mutex);
  return stuck_lookups().count;
}

static void get_stuck() {
  stuck_lookups().wait_for_release();
}

}  // namespace wayside::test

extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
  if (host != nullptr && std::string_view(host) == wayside::test::kStuckHost) {
    wayside::test::get_stuck();
    return EAI_AGAIN;
  }
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(host, service, hints, found);
}
