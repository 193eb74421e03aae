#include "wayside/app/inherited_sockets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace wayside::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kFirst = 100;  // nothing else of the test is there

class InheritedSocketsTest : public testing::Test {
 protected:
  ~InheritedSocketsTest() override {
    for (int number = kFirst; number != next_; ++number)
      ::close(number);
  }

  // Passes a descriptor as the next one; with the flags that it inherits.
  void pass(int number) {
    ::dup2(number, next_++);
    ::close(number);
  }
  void pass_listener(int domain = AF_INET) {
    const int number = ::socket(domain, SOCK_STREAM, 0);
    if (domain == AF_INET) {
      sockaddr_in any{};
      any.sin_family = AF_INET;
      any.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
      ASSERT_EQ(::bind(number, reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    } else {
      // The kernel chooses an abstract name (unix(7), autobind).
      const sockaddr any{.sa_family = AF_UNIX, .sa_data = {}};
      ASSERT_EQ(::bind(number, &any, sizeof any.sa_family), 0);
    }
    ASSERT_EQ(::listen(number, 1), 0);
    pass(number);
  }
  static void set(const char* count, const char* names, const std::string& process = own_id()) {
    ::setenv("LISTEN_PID", process.c_str(), 1);
    ::setenv("LISTEN_FDS", count, 1);
    ::unsetenv("LISTEN_FDNAMES");
    if (names != nullptr) ::setenv("LISTEN_FDNAMES", names, 1);
  }
  static std::string own_id() { return std::to_string(::getpid()); }

  // The numbers, and that they are closed.
  static std::vector<int> numbers(const std::vector<net::Descriptor>& sockets) {
    std::vector<int> all;
    for (const net::Descriptor& socket : sockets)
      all.push_back(socket.number() - kFirst);
    return all;
  }
  void expect(const char* names, const std::vector<int>& clients, const std::vector<int>& metrics) {
    const std::string count = std::to_string(next_ - kFirst);
    set(count.c_str(), names);
    const auto taken = take_inherited_sockets(kFirst);
    ASSERT_TRUE(taken.has_value()) << taken.error();
    EXPECT_EQ(numbers(taken->clients), clients);
    EXPECT_EQ(numbers(taken->metrics), metrics);
  }
  std::string mistake(const char* count, const char* names) {
    set(count, names);
    const auto taken = take_inherited_sockets(kFirst);
    return taken ? "none" : taken.error();
  }

  int next_ = kFirst;
};

TEST_F(InheritedSocketsTest, AreNoneWithoutTheVariables) {
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
    ::unsetenv(name);
  const auto taken = take_inherited_sockets(kFirst);
  ASSERT_TRUE(taken.has_value());
  EXPECT_THAT(taken->clients, IsEmpty());
  EXPECT_THAT(taken->metrics, IsEmpty());
}

TEST_F(InheritedSocketsTest, AreThoseOfAnotherProcess) {
  pass_listener();
  set("1", "proxy", std::to_string(::getppid()));
  const auto taken = take_inherited_sockets(kFirst);
  ASSERT_TRUE(taken.has_value());
  EXPECT_THAT(taken->clients, IsEmpty());
}

TEST_F(InheritedSocketsTest, LeaveNoVariableToChildren) {
  pass_listener();
  expect("proxy", {0}, {});
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
    EXPECT_EQ(std::getenv(name), nullptr) << name;
}

TEST_F(InheritedSocketsTest, AreToldApartByTheirNames) {
  for (int i = 0; i < 4; ++i)
    pass_listener(i == 3 ? AF_UNIX : AF_INET);
  expect("metrics:proxy:clients:proxy", {1, 2, 3}, {0});
}

TEST_F(InheritedSocketsTest, WithoutKnownNamesAreForClientsAndThenForMetrics) {
  pass_listener();
  pass_listener();
  expect("wayside.socket:wayside.socket", {0}, {1});
}

TEST_F(InheritedSocketsTest, NeedNoNames) {
  pass_listener();
  expect(nullptr, {0}, {});
}

TEST_F(InheritedSocketsTest, MayBeForMetricsAlone) {
  pass_listener();
  expect("metrics", {}, {0});
}

TEST_F(InheritedSocketsTest, DoNotBlockAndAreClosedOnExec) {
  pass_listener();
  set("1", "proxy");
  const auto taken = take_inherited_sockets(kFirst);
  ASSERT_TRUE(taken.has_value());
  EXPECT_NE(::fcntl(kFirst, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(kFirst, F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(InheritedSocketsTest, SayWhatIsWrong) {
  pass_listener();
  pass_listener();
  pass_listener();
  EXPECT_EQ(mistake("two", nullptr), "LISTEN_FDS: expected a number up to 256, found \"two\"");
  EXPECT_EQ(mistake("257", nullptr), "LISTEN_FDS: expected a number up to 256, found \"257\"");
  EXPECT_EQ(mistake("2", "proxy"), "LISTEN_FDNAMES has 1 names for 2 sockets");
  EXPECT_EQ(mistake("2", "proxy:wayside.socket"),
            "LISTEN_FDNAMES: expected \"proxy\", \"clients\" or \"metrics\", found \"wayside.socket\"");
  EXPECT_EQ(mistake("3", nullptr),
            "LISTEN_FDNAMES: 3 sockets need names: \"proxy\", \"clients\" or \"metrics\"");
}

TEST_F(InheritedSocketsTest, AreListeningStreamSockets) {
  pass(::open("/dev/null", O_RDONLY));
  EXPECT_THAT(mistake("1", "proxy"), HasSubstr("LISTEN_FDS: descriptor 100 is no socket"));
}

TEST_F(InheritedSocketsTest, AreNoDatagramSockets) {
  pass(::socket(AF_INET, SOCK_DGRAM, 0));
  EXPECT_EQ(mistake("1", "proxy"), "LISTEN_FDS: descriptor 100 is no stream socket");
}

TEST_F(InheritedSocketsTest, AreNoConnections) {
  pass(::socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(mistake("1", "proxy"),
            "LISTEN_FDS: descriptor 100 does not listen (Accept=no is what wayside needs)");
}

}  // namespace
}  // namespace wayside::app
