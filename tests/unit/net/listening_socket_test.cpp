#include "wayside/net/listening_socket.hpp"

#include "support/listening.hpp"
#include "support/raw_socket.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;
using test::kLoopback;
using test::RawSocket;

int option_of(const Descriptor& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(socket.number(), level, name, &value, &size), 0);
  return value;
}

error_code error_of(const Address& address, const TcpListening& how) {
  const auto opened = listen_on_tcp(address, how);
  return opened.has_value() ? error_code() : opened.error();
}

TEST(ListeningSocket, LooksNamesUp) {
  const ListeningSocket opened = listen_on_tcp({"localhost", 0, {}}, {}).value();
  EXPECT_NE(opened.address.port, 0);
  RawSocket::connect(opened.address);
  EXPECT_TRUE(listen_on_tcp({"name.invalid", 0, {}}, {}).has_error());
}

TEST(ListeningSocket, NeitherBlocksNorSurvivesExec) {
  const ListeningSocket opened = listen_on_tcp(kLoopback, {}).value();
  EXPECT_NE(::fcntl(opened.socket.number(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(opened.socket.number(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(ListeningSocket, ReportsAPortInUse) {
  const ListeningSocket opened = listen_on_tcp(kLoopback, {}).value();
  EXPECT_EQ(error_of(opened.address, {}), boost::asio::error::address_in_use);
  EXPECT_EQ(error_of(opened.address, {.use = PortUse::kShared}), boost::asio::error::address_in_use);
}

TEST(ListeningSocket, ReportsAnAddressOfAnotherMachine) {
  // RFC 5737: for documentation
  EXPECT_EQ(error_of({"192.0.2.1", 0, {}}, {}), boost::system::errc::address_not_available);
}

TEST(ListeningSocket, SharesAPortWithThoseThatShareIt) {
  const ListeningSocket first = listen_on_tcp(kLoopback, {.use = PortUse::kFirst}).value();
  const ListeningSocket second = listen_on_tcp(first.address, {.use = PortUse::kShared}).value();
  EXPECT_EQ(error_of(first.address, {.use = PortUse::kAlone}), boost::asio::error::address_in_use);
  EXPECT_EQ(error_of(first.address, {.use = PortUse::kFirst}), boost::asio::error::address_in_use)
      << "another program with several workers";
}

TEST(ListeningSocket, OfIpv6LeavesIpv4ToAnotherIfAsked) {
  const auto both = listen_on_tcp({"::", 0, {}}, {});
  if (!both) GTEST_SKIP() << "this machine has no IPv6: " << both.error().message();
  EXPECT_EQ(error_of({"0.0.0.0", both->address.port, {}}, {}), boost::asio::error::address_in_use);
  const ListeningSocket v6 = listen_on_tcp({"::", 0, {}}, {.only_ipv6 = true}).value();
  EXPECT_EQ(error_of({"0.0.0.0", v6.address.port, {}}, {}), error_code());
}

TEST(ListeningSocket, HandsItsKeepAliveOnToClients) {
  const ListeningSocket opened = listen_on_tcp(kLoopback, {.keep_alive = 30s}).value();
  const RawSocket client = RawSocket::connect(opened.address);
  const Descriptor accepted(::accept(opened.socket.number(), nullptr, nullptr));
  ASSERT_TRUE(accepted.is_open());
  EXPECT_EQ(option_of(accepted, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option_of(accepted, IPPROTO_TCP, TCP_KEEPIDLE), 30);
  const int interval = option_of(accepted, IPPROTO_TCP, TCP_KEEPINTVL);
  EXPECT_EQ(interval * option_of(accepted, IPPROTO_TCP, TCP_KEEPCNT), 30) << "gone after twice that time";
  EXPECT_EQ(option_of(listen_on_tcp(kLoopback, {}).value().socket, SOL_SOCKET, SO_KEEPALIVE), 0);
}

// Listens, and puts the file in place.
Result<UnixListeningSocket> listen_at(const std::string& path, const UnixListening& how) {
  auto listening = listen_on_unix(path, how);
  if (!listening) return listening;
  if (const error_code ec = listening->file.put_in_place()) return ec;
  return listening;
}

class UnixListeningTest : public testing::Test {
 protected:
  struct stat file() const {
    struct stat status {};
    EXPECT_EQ(::lstat(path_.c_str(), &status), 0);
    return status;
  }
  mode_t mode() const { return file().st_mode & 0777U; }
  bool exists() const { return std::filesystem::exists(std::filesystem::symlink_status(path_)); }
  void connect() const { RawSocket::connect({{}, 0, path_}); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }
  error_code error_of(const UnixListening& how) const {
    const auto opened = listen_at(path_, how);
    return opened.has_value() ? error_code() : opened.error();
  }

  test::TemporaryFolder folder_;
  const std::string path_ = folder_.path("wayside.sock");
};

TEST_F(UnixListeningTest, IsThereUntilTheEnd) {
  {
    const auto opened = listen_at(path_, {}).value();
    EXPECT_NE(::fcntl(opened.socket.number(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(opened.socket.number(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NO_THROW(connect());
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_FALSE(exists());
}

TEST_F(UnixListeningTest, HasTheModeAsked) {
  for (const mode_t mode : {0600U, 0660U, 0777U}) {
    const mode_t mask = ::umask(077);
    const auto opened = listen_at(path_, {.mode = mode}).value();
    ::umask(mask);
    EXPECT_EQ(this->mode(), mode);
  }
  const mode_t mask = ::umask(027);
  const auto opened = listen_at(path_, {}).value();
  ::umask(mask);
  EXPECT_EQ(mode(), 0750U) << "as the process creates files";
}

TEST_F(UnixListeningTest, HasTheOwnerAsked) {
  // Everybody may give a file to themselves, and root to anybody.
  const uid_t user = ::geteuid() == 0 ? 12345 : ::geteuid();
  const gid_t group = ::geteuid() == 0 ? 23456 : ::getegid();
  const auto opened = listen_at(path_, {.mode = 0640, .user = user, .group = group}).value();
  EXPECT_EQ(file().st_uid, user);
  EXPECT_EQ(file().st_gid, group);
  EXPECT_EQ(mode(), 0640U);
}

TEST_F(UnixListeningTest, TakesThePathOfADeadSocket) {
  {
    auto dead = listen_at(path_, {}).value();
    const auto kept = std::move(dead.file);
    dead.socket.close();
    ASSERT_TRUE(exists());
    EXPECT_THROW(connect(), std::runtime_error);
    const auto next = listen_at(path_, {}).value();
    EXPECT_NO_THROW(connect());
  }
  EXPECT_FALSE(exists());
}

TEST_F(UnixListeningTest, LeavesALivingSocketAlone) {
  const auto opened = listen_at(path_, {}).value();
  EXPECT_EQ(error_of({}), boost::asio::error::address_in_use);
  EXPECT_NO_THROW(connect());
  EXPECT_EQ(files(), 1U);
}

// As at a restart without a gap: the old process still serves, and must not remove the new one's file.
TEST_F(UnixListeningTest, ReplacesALivingSocketIfAsked) {
  std::optional first(listen_at(path_, {}).value());
  connect();
  const auto second = listen_at(path_, {.replaces = true}).value();
  connect();
  EXPECT_TRUE(Descriptor(::accept(first->socket.number(), nullptr, nullptr)).is_open());
  EXPECT_FALSE(Descriptor(::accept(first->socket.number(), nullptr, nullptr)).is_open());
  EXPECT_TRUE(Descriptor(::accept(second.socket.number(), nullptr, nullptr)).is_open());
  first.reset();
  EXPECT_NO_THROW(connect());
}

// As a start that fails in a later step.
TEST_F(UnixListeningTest, TakesThePathOnlyWhenItIsPutInPlace) {
  const auto running = listen_at(path_, {}).value();
  {
    const auto abandoned = listen_on_unix(path_, {.replaces = true}).value();
    EXPECT_EQ(files(), 2U);
  }
  EXPECT_EQ(files(), 1U);
  connect();
  EXPECT_TRUE(Descriptor(::accept(running.socket.number(), nullptr, nullptr)).is_open());
}

// Two daemons that start at once both find the path free at first.
TEST_F(UnixListeningTest, LeavesThePathToWhoeverWasFaster) {
  auto slower = listen_on_unix(path_, {}).value();
  const auto faster = listen_at(path_, {}).value();
  EXPECT_EQ(slower.file.put_in_place(), boost::asio::error::address_in_use);
  connect();
  EXPECT_TRUE(Descriptor(::accept(faster.socket.number(), nullptr, nullptr)).is_open());
}

// ext4 gives the number of a file that is gone to the next one.
TEST_F(UnixListeningTest, LeavesTheFileOfALaterSocketWithItsNumber) {
  std::optional first(listen_at(path_, {}).value());
  const ino_t number = file().st_ino;
  const auto second = listen_at(path_, {.replaces = true}).value();
  first->socket.close();  // it drains
  const auto third = listen_at(path_, {.replaces = true}).value();
  const bool is_reused = file().st_ino == number;
  first.reset();
  EXPECT_TRUE(exists()) << (is_reused ? "the number was reused" : "");
  EXPECT_NO_THROW(connect());
}

// Calls listen_at() for all paths at once; of each, what came of it.
std::vector<std::optional<UnixListeningSocket>> listen_at_once(const std::vector<std::string>& paths) {
  std::barrier start(static_cast<std::ptrdiff_t>(paths.size()));
  std::vector<std::optional<UnixListeningSocket>> sockets(paths.size());
  std::vector<std::thread> rivals;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    rivals.emplace_back([&, i] {
      start.arrive_and_wait();
      if (auto socket = listen_at(paths[i], {})) sockets[i] = *std::move(socket);
    });
  }
  for (std::thread& rival : rivals)
    rival.join();
  return sockets;
}

// As two daemons that start at once, on a path without a file and on one of a dead daemon: the second does
// not start.
TEST_F(UnixListeningTest, GivesThePathToOneOfSeveral) {
  for (int round = 0; round < 40; ++round) {
    std::optional<UnixListeningSocket> dead;
    if (round % 2 == 0) {
      dead = listen_at(path_, {}).value();
      dead->socket.close();
    }
    const auto sockets = listen_at_once(std::vector(6, path_));
    ASSERT_EQ(std::ranges::count_if(sockets, [](const auto& socket) { return socket.has_value(); }), 1);
    EXPECT_NO_THROW(connect());
    EXPECT_EQ(files(), 1U);
  }
}

// As daemons of several containers, which may share a folder and all be process number 1.
TEST_F(UnixListeningTest, MixesUpNoPathsOfAFolder) {
  const std::vector<std::string> paths = {path_ + "1", path_ + "2", path_ + "3", path_ + "4"};
  for (int round = 0; round < 20; ++round) {
    const auto sockets = listen_at_once(paths);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      ASSERT_TRUE(sockets[i].has_value());
      RawSocket::connect({{}, 0, paths[i]});
      EXPECT_TRUE(Descriptor(::accept(sockets[i]->socket.number(), nullptr, nullptr)).is_open());
    }
  }
}

// sockaddr_un has room for 107 bytes, and the file has another name at first.
TEST_F(UnixListeningTest, ListensAtEveryPathThatFits) {
  for (const std::size_t size : {97U, 98U, 100U, 103U, 104U, 106U, 107U}) {
    for (const std::string& name : {std::string("s"), std::string("abc")}) {
      const std::size_t fill = size - folder_.path().size() - 2 - name.size();
      const std::string folder = folder_.path(std::string(fill, 'x'));
      std::filesystem::create_directory(folder);
      const std::string path = folder + "/" + name;
      ASSERT_EQ(path.size(), size);
      for (int i = 0; i < 8; ++i) {
        const auto opened = listen_at(path, {.replaces = true});
        ASSERT_TRUE(opened) << size << " " << name << ": " << opened.error().message();
        RawSocket::connect({{}, 0, path});
      }
      EXPECT_TRUE(std::filesystem::is_empty(folder)) << size << " " << name;
    }
  }
  EXPECT_EQ(listen_at(folder_.path(std::string(107 - folder_.path().size(), 'x')), {}).error(),
            boost::system::errc::filename_too_long);
}

// Anybody who may read a folder can lock it.
TEST_F(UnixListeningTest, StartsThoughTheFolderStaysLocked) {
  const Descriptor folder(::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(folder.number(), LOCK_EX), 0);
  const auto opened = listen_at(path_, {}).value();
  EXPECT_NO_THROW(connect());
}

TEST_F(UnixListeningTest, DestroysNoFileOfAnotherKind) {
  std::ofstream(path_) << "letters";
  EXPECT_EQ(error_of({}), boost::system::errc::file_exists);
  EXPECT_EQ(error_of({.replaces = true}), boost::system::errc::file_exists);
  EXPECT_EQ(std::filesystem::file_size(path_), 7U);
}

TEST_F(UnixListeningTest, LeavesNothingBehindWhereItFails) {
  // Root may give files away, so the test is another user for a moment.
  const uid_t user = ::geteuid();
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
  ASSERT_EQ(::seteuid(user == 0 ? 65534 : user), 0);
  const error_code refused = error_of({.user = 0});
  ASSERT_EQ(::seteuid(user), 0);
  EXPECT_EQ(refused, boost::system::errc::operation_not_permitted);
  EXPECT_EQ(files(), 0U);
}

TEST(UnixListening, SaysWhyItCannot) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(listen_at(folder.path("none/x.sock"), {}).error(),
            boost::system::errc::no_such_file_or_directory);
  EXPECT_EQ(listen_at(folder.path(std::string(200, 'x')), {}).error(),
            boost::system::errc::filename_too_long);
}

}  // namespace
}  // namespace wayside::net
