#include "wayside/net/shortage.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <cerrno>

namespace wayside::net {
namespace {

error_code system_error(int number) {
  return {number, boost::system::system_category()};
}

TEST(Shortage, IsOfThisSide) {
  for (const int number : {EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC, EAGAIN, EADDRNOTAVAIL})
    EXPECT_TRUE(is_local_shortage(system_error(number))) << number;
  EXPECT_TRUE(is_local_shortage(boost::asio::error::no_memory));
}

TEST(Shortage, IsNotWhatThePeerDoes) {
  for (const int number : {0, ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENOENT, EPIPE})
    EXPECT_FALSE(is_local_shortage(system_error(number))) << number;
  EXPECT_FALSE(is_local_shortage(boost::asio::error::host_not_found));
}

}  // namespace
}  // namespace wayside::net
