#include "tls/socket_bio.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wayside::tls {
namespace {

class SocketBioTest : public testing::Test {
 protected:
  SocketBioTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets_.data()), 0);
  }
  ~SocketBioTest() override {
    ::close(sockets_[0]);
    close_peer();
  }
  void close_peer() {
    if (sockets_[1] >= 0) ::close(std::exchange(sockets_[1], -1));
  }
  void send(std::string_view text) const {
    ASSERT_EQ(::send(sockets_[1], text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }

  // What a read of at most `size` bytes gets; empty where there is nothing.
  static std::string read(SocketBio& bio, std::size_t size = 100) {
    std::string text(size, '\0');
    std::size_t count = 0;
    BIO_read_ex(bio.handle(), text.data(), size, &count);
    text.resize(count);
    return text;
  }

  std::array<int, 2> sockets_{-1, -1};
};

TEST_F(SocketBioTest, ReadsWhatHasCome) {
  SocketBio bio(sockets_[0], {});
  send("hello");
  EXPECT_EQ(read(bio), "hello");
  EXPECT_EQ(read(bio), "");
  EXPECT_TRUE(BIO_should_read(bio.handle()));
  EXPECT_FALSE(bio.failure());
}

TEST_F(SocketBioTest, BytesReadEarlierComeFirst) {
  SocketBio bio(sockets_[0], "early");
  send("late");
  EXPECT_EQ(read(bio, 3), "ear");
  EXPECT_EQ(read(bio), "ly");
  EXPECT_EQ(read(bio), "late");
}

TEST_F(SocketBioTest, AShortReadIsTheLastOneUntilTheSocketMayHaveMore) {
  SocketBio bio(sockets_[0], {});
  send("a");
  EXPECT_EQ(read(bio), "a");
  send("b");
  EXPECT_EQ(read(bio), "") << "without a system call";
  EXPECT_TRUE(BIO_should_read(bio.handle()));
  bio.may_read(false);
  EXPECT_EQ(read(bio), "b");
}

TEST_F(SocketBioTest, AFullReadIsNotTheLastOne) {
  SocketBio bio(sockets_[0], {});
  send("abcd");
  EXPECT_EQ(read(bio, 2), "ab");
  EXPECT_EQ(read(bio, 2), "cd");
}

TEST_F(SocketBioTest, ReadsAFewTimesInOneCall) {
  SocketBio bio(sockets_[0], {});
  send("0123456789");
  bio.begin_call();
  for (int i = 0; i < SocketBio::kReads; ++i)
    EXPECT_EQ(read(bio, 1).size(), 1U);
  EXPECT_EQ(read(bio, 1), "");
  EXPECT_TRUE(BIO_should_read(bio.handle()));
  EXPECT_TRUE(bio.was_cut_short());
  bio.begin_call();
  EXPECT_FALSE(bio.was_cut_short());
  EXPECT_EQ(read(bio), "456789");
}

TEST_F(SocketBioTest, AShortReadSaysNothingWhereTheEventToldMoreThanBytes) {
  SocketBio bio(sockets_[0], {});
  bio.may_read(true);
  send("a");
  EXPECT_EQ(read(bio), "a");
  close_peer();
  EXPECT_EQ(read(bio), "");
  EXPECT_FALSE(BIO_should_retry(bio.handle()));
  EXPECT_EQ(BIO_eof(bio.handle()), 1);
  EXPECT_FALSE(bio.failure()) << "an end is none";
}

TEST_F(SocketBioTest, WaitsForRoom) {
  SocketBio bio(sockets_[0], {});
  const std::string much(1 << 20, 'x');
  std::size_t count = 0;
  while (BIO_write_ex(bio.handle(), much.data(), much.size(), &count) == 1) {
  }
  EXPECT_TRUE(BIO_should_write(bio.handle()));
  EXPECT_FALSE(bio.failure());
}

TEST_F(SocketBioTest, KeepsTheErrorOfTheSocket) {
  SocketBio bio(sockets_[0], {});
  close_peer();
  std::size_t count = 0;
  EXPECT_EQ(BIO_write_ex(bio.handle(), "x", 1, &count), 0);
  EXPECT_FALSE(BIO_should_retry(bio.handle()));
  EXPECT_EQ(bio.failure(), boost::system::errc::broken_pipe);
}

}  // namespace
}  // namespace wayside::tls
