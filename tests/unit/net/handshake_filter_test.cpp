#include "net/handshake_filter.hpp"

#include "wayside/net/descriptor.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace wayside::net {
namespace {

class HandshakeFilterTest : public testing::Test {
 protected:
  HandshakeFilterTest() {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listening_.number(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    EXPECT_EQ(::listen(listening_.number(), 8), 0);
  }

  // A client that has begun to connect.
  Descriptor connect() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listening_.number(), reinterpret_cast<sockaddr*>(&address), &size);
    Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    EXPECT_NE(::connect(client.number(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(errno, EINPROGRESS);
    return client;
  }
  static bool is_ready(const Descriptor& socket, short event, int within_ms) {
    pollfd waiting{.fd = socket.number(), .events = event, .revents = 0};
    return ::poll(&waiting, 1, within_ms) == 1;
  }

  const Descriptor listening_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

TEST_F(HandshakeFilterTest, LetsNoConnectionBegin) {
  drop_first_segments(listening_.number());
  const Descriptor client = connect();
  EXPECT_FALSE(is_ready(client, POLLOUT, 100));
  EXPECT_FALSE(is_ready(listening_, POLLIN, 0));
}

TEST_F(HandshakeFilterTest, KeepsTheConnectionsThatHaveBegun) {
  const Descriptor client = connect();
  ASSERT_TRUE(is_ready(client, POLLOUT, 10'000));
  drop_first_segments(listening_.number());
  const Descriptor accepted(::accept(listening_.number(), nullptr, nullptr));
  ASSERT_TRUE(accepted.is_open());
  char byte = 'a';
  EXPECT_EQ(::send(client.number(), &byte, 1, 0), 1);
  EXPECT_EQ(::recv(accepted.number(), &byte, 1, 0), 1);
  EXPECT_EQ(::send(accepted.number(), &byte, 1, 0), 1);
  ASSERT_TRUE(is_ready(client, POLLIN, 10'000));
  EXPECT_EQ(::recv(client.number(), &byte, 1, 0), 1);
}

TEST_F(HandshakeFilterTest, LeavesOtherSocketsAlone) {
  const Descriptor local(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  drop_first_segments(local.number());
  drop_first_segments(-1);
  int size = 0;
  socklen_t unused = 0;
  EXPECT_EQ(::getsockopt(local.number(), SOL_SOCKET, SO_GET_FILTER, &size, &unused), 0);
  EXPECT_EQ(unused, 0U) << "it has no filter";
}

}  // namespace
}  // namespace wayside::net
