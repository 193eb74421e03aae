// Simulates name servers: one whose look-ups of kStuckHost hang until the test ends them, and one that knows
// the current addresses of kMovingHost.
//
// They replace the program's getaddrinfo(3) (stuck_resolver.cpp), which looks up other names as usual.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

namespace wayside::test {

inline constexpr char kStuckHost[] = "stuck.test";
inline constexpr char kMovingHost[] = "moving.test";
// A look-up of it runs out of descriptors.
inline constexpr char kHostWithoutDescriptors[] = "no-descriptors.test";

// Sets the addresses of kMovingHost, separated by blanks.
void move_host(std::string addresses);

// While it lives, look-ups of kStuckHost hang. At most one exists at a time.
class StuckResolver {
 public:
  // The first `failures` look-ups fail at once, the next `stuck` ones hang, and later ones find 127.0.0.1.
  explicit StuckResolver(int failures = 0, int stuck = 1'000'000);
  // Lets the look-ups that hang fail, and waits until they have.
  ~StuckResolver();
  StuckResolver(const StuckResolver&) = delete;
  StuckResolver& operator=(const StuckResolver&) = delete;

  // Waits until a look-up hangs; false after kPatience.
  bool wait_until_asked();
  // The number of look-ups that hang.
  int stuck_count();
};

}  // namespace wayside::test
