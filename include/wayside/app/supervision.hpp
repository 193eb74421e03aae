// The service manager that started the process: where it takes messages, and how often it expects one.
#pragma once

#include <chrono>
#include <string>

namespace wayside::app {

struct Supervision {
  std::string socket{};  // for messages (sd_notify(3)); empty: it wants none
  // The longest time between two signs of life (sd_watchdog_enabled(3)); 0: it expects none.
  std::chrono::microseconds watchdog{};
};

// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and removes them from the environment, so that no
// child speaks for this process. A watchdog of another process is none. Before the process has a second
// thread. Throws std::bad_alloc.
Supervision take_supervision();

}  // namespace wayside::app
