// A name server that is silent: looking kStuckHost up takes until somebody lets it end.
//
// The program's getaddrinfo(3) is replaced for it (stuck_resolver.cpp); every other name is looked up as
// ever.
#pragma once

#include <condition_variable>
#include <mutex>

namespace wayside::test {

inline constexpr char kStuckHost[] = "stuck.test";

// While it lives, look-ups of kStuckHost are stuck. One at a time.
class StuckResolver {
 public:
  // The first `failures` of them fail at once instead.
  explicit StuckResolver(int failures = 0);
  // Lets them end, and waits until they have.
  ~StuckResolver();
  StuckResolver(const StuckResolver&) = delete;
  StuckResolver& operator=(const StuckResolver&) = delete;

  // Whether a look-up has begun, once it has; false after kPatience.
  bool is_asked();
  // How many look-ups are stuck.
  int stuck_count();
};

}  // namespace wayside::test
