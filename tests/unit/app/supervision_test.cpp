#include "wayside/app/supervision.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace wayside::app {
namespace {

using namespace std::chrono_literals;

Supervision take(const char* socket, const char* interval, const char* process) {
  const auto set = [](const char* name, const char* value) {
    value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
  };
  set("NOTIFY_SOCKET", socket);
  set("WATCHDOG_USEC", interval);
  set("WATCHDOG_PID", process);
  return take_supervision();
}

TEST(Supervision, IsNoneWithoutTheVariables) {
  const Supervision none = take(nullptr, nullptr, nullptr);
  EXPECT_EQ(none.socket, "");
  EXPECT_EQ(none.watchdog, 0us);
}

TEST(Supervision, LeavesNoVariableToChildren) {
  take("@a", "1000", "1");
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    EXPECT_EQ(std::getenv(name), nullptr) << name;
}

TEST(Supervision, HasAWatchdogOfThisProcessAlone) {
  const std::string own = std::to_string(::getpid());
  EXPECT_EQ(take("@a", "30000000", own.c_str()).watchdog, 30s);
  EXPECT_EQ(take("@a", "30000000", own.c_str()).socket, "@a");
  EXPECT_EQ(take("@a", "30000000", nullptr).watchdog, 30s);
  EXPECT_EQ(take("@a", "30000000", "1").watchdog, 0us);
  EXPECT_EQ(take("@a", "30000000", "").watchdog, 0us);
}

TEST(Supervision, HasNoWatchdogWithoutAnIntervalThatItUnderstands) {
  for (const char* interval : {"", "0", "-1", "1s", "99999999999999999999", "18446744073709551615"})
    EXPECT_EQ(take("@a", interval, nullptr).watchdog, 0us) << interval;
}

}  // namespace
}  // namespace wayside::app
