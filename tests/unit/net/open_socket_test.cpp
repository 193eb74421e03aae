#include "net/open_socket.hpp"

#include "support/connection.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>

namespace wayside::net {
namespace {

using boost::asio::ip::tcp;

StreamProtocol::endpoint tcp_endpoint(const char* address) {
  return tcp::endpoint(boost::asio::ip::make_address(address), 80);
}

int option(const Descriptor& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(socket.number(), level, name, &value, &size), 0);
  return value;
}

std::string congestion_control_of_the_system(int family) {
  const Descriptor socket(::socket(family, SOCK_STREAM, 0));
  return test::congestion_control(socket.number());
}

TEST(OpenSocket, MakesSocketsOfTheFamilyThatNeitherBlockNorOutliveExec) {
  const boost::asio::local::stream_protocol::endpoint path("/tmp/unused");
  for (const StreamProtocol::endpoint& endpoint :
       {tcp_endpoint("127.0.0.1"), StreamProtocol::endpoint(path)}) {
    const Result<Descriptor> socket = open_socket(endpoint);
    ASSERT_TRUE(socket.has_value()) << socket.error().message();
    EXPECT_EQ(option(*socket, SOL_SOCKET, SO_DOMAIN), endpoint.protocol().family());
    EXPECT_EQ(option(*socket, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    EXPECT_NE(::fcntl(socket->number(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(socket->number(), F_GETFD) & FD_CLOEXEC, 0);
  }
}

TEST(OpenSocket, DoesNotDelayOnAnyNetwork) {
  for (const char* const address : {"127.0.0.1", "192.0.2.1", "0.0.0.0"}) {
    const Result<Descriptor> socket = open_socket(tcp_endpoint(address));
    ASSERT_TRUE(socket.has_value()) << socket.error().message();
    EXPECT_NE(option(*socket, IPPROTO_TCP, TCP_NODELAY), 0) << address;
  }
}

TEST(OpenSocket, DoesNotPaceOnTheLoopbackAlone) {
  for (const char* const address : {"127.0.0.1", "127.255.1.2", "::1"}) {
    const Result<Descriptor> socket = open_socket(tcp_endpoint(address));
    if (!socket) continue;  // this machine has no IPv6
    EXPECT_EQ(test::congestion_control(socket->number()), "reno") << address;
  }
  for (const char* const address :
       {"0.0.0.0", "192.0.2.1", "126.255.255.255", "128.0.0.1", "::", "2001:db8::1"}) {
    const StreamProtocol::endpoint endpoint = tcp_endpoint(address);
    const Result<Descriptor> socket = open_socket(endpoint);
    if (!socket) continue;
    EXPECT_EQ(test::congestion_control(socket->number()),
              congestion_control_of_the_system(endpoint.protocol().family()))
        << address;
  }
}

TEST(OpenSocket, ReportsAFamilyThatTheSystemLacks) {
  sockaddr address{};
  address.sa_family = AF_MAX - 1;
  const Result<Descriptor> socket = open_socket({&address, sizeof address, 0});
  ASSERT_TRUE(socket.has_error());
  EXPECT_EQ(socket.error(), boost::system::errc::address_family_not_supported);
}

}  // namespace
}  // namespace wayside::net
