// Name servers that a test plays: one that is silent, so that looking kStuckHost up takes until somebody lets
// it end, and one that knows where kMovingHost is for the moment.
//
// The program's getaddrinfo(3) is replaced for them (stuck_resolver.cpp); every other name is looked up as
// ever.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

namespace wayside::test {

inline constexpr char kStuckHost[] = "stuck.test";
inline constexpr char kMovingHost[] = "moving.test";

// From now on, kMovingHost has that address, or those, with blanks between them.
void move_host(std::string addresses);

// While it lives, look-ups of kStuckHost are stuck. One at a time.
class StuckResolver {
 public:
  // The first `failures` of them fail at once instead, and the next `stuck` of them are; what comes then
  // finds 127.0.0.1.
  explicit StuckResolver(int failures = 0, int stuck = 1'000'000);
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
