#include "app/listening_sockets.hpp"

#include "support/raw_socket.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wayside::app {
namespace {

using test::RawSocket;

const config::ListenSpec kLoopback{{"127.0.0.1", 0, {}}};

config::Settings settings_with(std::vector<config::ListenSpec> listen, std::size_t workers = 1) {
  config::Settings settings;
  settings.listen = std::move(listen);
  settings.metrics_listen = {kLoopback};
  settings.workers = workers;
  return settings;
}

ListeningSockets open(const config::Settings& settings) {
  auto opened = open_listening_sockets(settings);
  if (!opened) throw std::runtime_error(opened.error().message);
  if (const auto placed = opened->put_files_in_place(); !placed)
    throw std::runtime_error(placed.error().message);
  return *std::move(opened);
}

bool accepts_one(const net::Descriptor& socket) {
  return net::Descriptor(::accept(socket.number(), nullptr, nullptr)).is_open();
}

TEST(ListeningSockets, AreThoseOfEachWorker) {
  const auto sockets = open(settings_with({kLoopback, kLoopback}, 3));
  ASSERT_EQ(sockets.of_worker.size(), 3U);
  for (const auto& of_worker : sockets.of_worker)
    EXPECT_EQ(of_worker.size(), 2U);
  ASSERT_EQ(sockets.proxy_addresses.size(), 2U);
  EXPECT_NE(sockets.proxy_addresses[0].port, sockets.proxy_addresses[1].port);
  EXPECT_EQ(sockets.of_metrics.size(), 1U);
  ASSERT_EQ(sockets.metrics_addresses.size(), 1U);
  RawSocket::connect(sockets.metrics_addresses.front());
  EXPECT_TRUE(accepts_one(sockets.of_metrics.front()));
}

TEST(ListeningSockets, OfWorkersShareAPort) {
  const auto sockets = open(settings_with({kLoopback}, 2));
  constexpr int kClients = 40;
  std::vector<RawSocket> clients;
  for (int i = 0; i < kClients; ++i)
    clients.push_back(RawSocket::connect(sockets.proxy_addresses.front()));
  int accepted = 0;
  for (const auto& of_worker : sockets.of_worker) {
    while (accepts_one(of_worker.front()))
      ++accepted;
  }
  EXPECT_EQ(accepted, kClients);
}

TEST(ListeningSockets, OfWorkersShareTheQueueOfAUnixSocket) {
  const test::TemporaryFolder folder;
  const config::ListenSpec spec{{{}, 0, folder.path("w.sock")}};
  {
    const auto sockets = open(settings_with({spec}, 2));
    EXPECT_EQ(sockets.proxy_addresses, std::vector{spec.address});
    const RawSocket first = RawSocket::connect(spec.address);
    const RawSocket second = RawSocket::connect(spec.address);
    EXPECT_TRUE(accepts_one(sockets.of_worker[0].front()));
    EXPECT_TRUE(accepts_one(sockets.of_worker[1].front()));
    EXPECT_FALSE(accepts_one(sockets.of_worker[0].front()));
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path("w.sock")));
}

TEST(ListeningSockets, SayWhichAddressCannotBeOpened) {
  const auto taken = open(settings_with({kLoopback}));
  const auto refused = open_listening_sockets(settings_with({kLoopback, {taken.proxy_addresses.front()}}));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().message,
            "cannot listen on " + to_string(taken.proxy_addresses.front()) + ": Address already in use");
}

TEST(ListeningSockets, OfAFailedStartTakeNoPathOfARunningDaemon) {
  const test::TemporaryFolder folder;
  const config::ListenSpec path{{{}, 0, folder.path("w.sock")}};
  config::Settings settings = settings_with({path});
  settings.reuse_port = true;
  const auto running = open(settings);
  settings.listen = {path, kLoopback};
  settings.metrics_listen = {{running.metrics_addresses.front()}};
  EXPECT_TRUE(open_listening_sockets(settings).has_error()) << "the port is taken";
  RawSocket::connect(path.address);
  settings.listen = {path, {{"192.0.2.1", 0, {}}}};  // RFC 5737: of no machine
  settings.metrics_listen = {kLoopback};
  EXPECT_TRUE(open_listening_sockets(settings).has_error());
  RawSocket::connect(path.address);
  EXPECT_TRUE(accepts_one(running.of_worker[0].front()));
  settings.listen = {path, {{{}, 0, folder.path("other.sock")}, {}, "nobody-here"}};
  EXPECT_TRUE(open_listening_sockets(settings).has_error()) << "the owner of a later socket is unknown";
  RawSocket::connect(path.address);
  EXPECT_TRUE(accepts_one(running.of_worker[0].front()));
  settings.listen = {path, kLoopback};
  const auto next = open(settings);
  EXPECT_EQ(next.proxy_addresses.front(), path.address) << "in the order of the settings";
  RawSocket::connect(path.address);
  EXPECT_TRUE(accepts_one(next.of_worker[0].front()));
}

TEST(ListeningSockets, LeaveIpv4OfAnySpellingToItsListener) {
  const auto sockets = open(settings_with({{{"0.0.0.0", 0, {}}}}));
  const std::uint16_t port = sockets.proxy_addresses.front().port;
  config::Settings both = settings_with({{{"0::0", port, {}}}, {{"0.0.0.0", port, {}}}});
  both.reuse_port = true;
  const auto refused = open_listening_sockets(both);
  ASSERT_TRUE(refused.has_error()) << "the first daemon has the port alone";
  EXPECT_EQ(refused.error().message,
            "cannot listen on 0.0.0.0:" + std::to_string(port) + ": Address already in use");
}

TEST(ListeningSockets, FindTheOwnerByNameAndNumber) {
  const test::TemporaryFolder folder;
  const Address address{{}, 0, folder.path("w.sock")};
  const std::string user = std::to_string(::geteuid());
  for (const std::string& owner :
       {user, user + ":" + std::to_string(::getegid()), ":" + std::to_string(::getegid())}) {
    EXPECT_TRUE(open_listening_sockets(settings_with({{address, 0600, owner}})).has_value()) << owner;
  }
  for (const char* const owner : {"nobody-here", "root:nobody-here", "1x"}) {
    const auto refused = open_listening_sockets(settings_with({{address, {}, owner}}));
    ASSERT_TRUE(refused.has_error());
    EXPECT_NE(refused.error().message.find(": no "), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace wayside::app
