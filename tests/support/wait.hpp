// Waiting for what another thread does and does not tell.
#pragma once

#include "support/raw_socket.hpp"

#include <chrono>
#include <concepts>
#include <thread>

namespace wayside::test {

// Asks once a millisecond until `condition` holds; false after kPatience.
template <std::predicate Condition>
bool wait_until(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace wayside::test
