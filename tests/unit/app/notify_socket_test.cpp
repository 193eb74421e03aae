#include "app/notify_socket.hpp"

#include "support/manager_socket.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::app {
namespace {

TEST(NotifySocket, SendsToAPath) {
  const test::ManagerSocket manager(testing::TempDir() + "wayside-notify");
  const NotifySocket socket(manager.address());
  EXPECT_TRUE(socket.is_open());
  socket.send("READY=1\nSTATUS=serving");
  EXPECT_EQ(manager.receive(), "READY=1\nSTATUS=serving");
}

TEST(NotifySocket, SendsIntoTheAbstractNamespace) {
  const test::ManagerSocket manager("@wayside-notify-" + std::to_string(::getpid()));
  NotifySocket(manager.address()).send("WATCHDOG=1");
  EXPECT_EQ(manager.receive(), "WATCHDOG=1");
}

TEST(NotifySocket, SendsNothingWithoutAnAddressItKnows) {
  for (const std::string& address :
       {std::string(), std::string("/"), std::string("vsock:2:1"), "/" + std::string(200, 'a')}) {
    const NotifySocket socket(address);
    EXPECT_FALSE(socket.is_open()) << address;
    socket.send("READY=1");
  }
}

TEST(NotifySocket, NeedsNobodyWhoListens) {
  NotifySocket("@wayside-nobody").send("READY=1");
}

}  // namespace
}  // namespace wayside::app
