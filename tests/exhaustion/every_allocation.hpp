// Repeats an action, and lets one more allocation succeed each time before memory runs out, until the action
// needs no more.
#pragma once

#include "support/failing_memory.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <string>

namespace wayside::test {

// `action` runs while the N-th allocation of this thread and all behind it fail, for N = 0, 1, 2 …, and may
// throw std::bad_alloc; `check` runs behind it with memory again. Returns how often memory ran out. What
// leaks is found by AddressSanitizer.
inline long fail_every_allocation(const std::function<void()>& action, const std::function<void()>& check) {
  constexpr long kMoreThanAnyNeeds = 100'000;
  for (long number = 0; number < kMoreThanAnyNeeds; ++number) {
    SCOPED_TRACE("allocation " + std::to_string(number) + " fails");
    bool has_failed = false;
    {
      const FailingMemory no_memory(number);
      try {
        action();
      } catch (const std::bad_alloc&) {
        EXPECT_TRUE(no_memory.has_failed());
      }
      has_failed = no_memory.has_failed();
    }
    check();
    if (testing::Test::HasFailure() || !has_failed) return number;
  }
  ADD_FAILURE() << "the action never ran to its end";
  return kMoreThanAnyNeeds;
}

}  // namespace wayside::test
