// What the service manager that started the process wants to be told, by its variables.
#pragma once

#include <chrono>
#include <string>

namespace wayside::app {

struct Supervision {
  std::string socket{};  // for messages (sd_notify(3)); empty: it wants none
  std::chrono::microseconds
      watchdog{};  // from one sign of life to the next (sd_watchdog_enabled(3)); 0: none
};

// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and removes them from the environment, so that no
// child speaks for this process. A watchdog of another process is none. Before the process has a second
// thread. Throws std::bad_alloc.
Supervision take_supervision();

}  // namespace wayside::app
