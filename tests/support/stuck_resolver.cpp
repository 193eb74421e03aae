#include "support/stuck_resolver.hpp"

#include "support/raw_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <dlfcn.h>
#include <netdb.h>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::test {
namespace {

// Never destroyed, since threads that outlive the test use it.
struct Stuck {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_released = true;
  int failures = 0;  // look-ups still to fail
  int left = 0;      // look-ups still to hang
  int count = 0;

  // Fails, hangs or succeeds, as the test has set. True if the name is found.
  bool look_up() {
    std::unique_lock lock(mutex);
    if (failures != 0) {
      --failures;
      return false;
    }
    if (left == 0) return true;
    --left;
    ++count;
    changed.notify_all();
    changed.wait(lock, [&] { return is_released; });
    --count;
    changed.notify_all();
    return false;
  }
};

Stuck& stuck_lookups() {
  static Stuck& instance = *new Stuck;
  return instance;
}

}  // namespace

StuckResolver::StuckResolver(int failures, int stuck) {
  const std::lock_guard lock(stuck_lookups().mutex);
  stuck_lookups().is_released = false;
  stuck_lookups().failures = failures;
  stuck_lookups().left = stuck;
}

StuckResolver::~StuckResolver() {
  std::unique_lock lock(stuck_lookups().mutex);
  stuck_lookups().is_released = true;
  stuck_lookups().failures = stuck_lookups().left = 0;
  stuck_lookups().changed.notify_all();
  stuck_lookups().changed.wait(lock, [] { return stuck_lookups().count == 0; });
}

bool StuckResolver::wait_until_asked() {
  std::unique_lock lock(stuck_lookups().mutex);
  return stuck_lookups().changed.wait_for(lock, kPatience, [] { return stuck_lookups().count != 0; });
}

int StuckResolver::stuck_count() {
  const std::lock_guard lock(stuck_lookups().mutex);
  return stuck_lookups().count;
}

namespace {

struct Moving {
  std::mutex mutex;
  std::string address;
};

Moving& moving_host() {
  static Moving& instance = *new Moving;
  return instance;
}

}  // namespace

void move_host(std::string address) {
  const std::lock_guard lock(moving_host().mutex);
  moving_host().address = std::move(address);
}

static std::string moving_address() {
  const std::lock_guard lock(moving_host().mutex);
  return moving_host().address;
}

using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

// `addresses` are separated by blanks.
static int find_all(const std::string& addresses, Function next, const char* service, const addrinfo* hints,
                    addrinfo** found) {
  for (std::size_t begin = 0; begin < addresses.size();) {
    const std::size_t end = std::min(addresses.find(' ', begin), addresses.size());
    if (const int error = next(addresses.substr(begin, end - begin).c_str(), service, hints, found);
        error != 0)
      return error;
    while (*found != nullptr)
      found = &(*found)->ai_next;
    begin = end + 1;
  }
  return 0;
}

static bool find_stuck_host() {
  return stuck_lookups().look_up();
}

}  // namespace wayside::test

extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** found) {
  static const auto next = reinterpret_cast<wayside::test::Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (host != nullptr && std::string_view(host) == wayside::test::kStuckHost)
    return wayside::test::find_stuck_host() ? next("127.0.0.1", service, hints, found) : EAI_AGAIN;
  if (host != nullptr && std::string_view(host) == wayside::test::kMovingHost)
    return wayside::test::find_all(wayside::test::moving_address(), next, service, hints, found);
  if (host != nullptr && std::string_view(host) == wayside::test::kHostWithoutDescriptors) {
    errno = EMFILE;
    return EAI_NONAME;  // as glibc says if it cannot open its first file
  }
  return next(host, service, hints, found);
}
