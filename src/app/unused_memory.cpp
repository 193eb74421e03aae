#include "app/unused_memory.hpp"

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace wayside::app {
namespace {

constexpr std::chrono::seconds kInterval{3};
constexpr std::size_t kLeastGrowth = 4UL * 1024 * 1024;

#ifdef __GLIBC__
std::size_t free_bytes() noexcept {
  return ::mallinfo2().fordblks;
}
void give_back() noexcept {
  ::malloc_trim(0);
}
#else
// Other C libraries return memory by themselves.
std::size_t free_bytes() noexcept {
  return 0;
}
void give_back() noexcept {}
#endif

}  // namespace

UnusedMemory::UnusedMemory(const net::Executor& executor) : timer_(executor) {
  look_later();
}

void UnusedMemory::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

void UnusedMemory::look_later() {
  timer_.expires_after(kInterval);
  timer_.async_wait([this](const error_code& ec) {
    if (ec || is_stopped_) return;
    look();
    look_later();
  });
}

void UnusedMemory::look() {
  const std::size_t free = free_bytes();
  // Returned pages count as free until they are used again.
  kept_ = std::min(kept_, free);
  if (free - kept_ < kLeastGrowth) return;
  give_back();
  kept_ = free;
}

}  // namespace wayside::app
