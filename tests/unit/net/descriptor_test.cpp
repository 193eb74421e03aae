#include "wayside/net/descriptor.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace wayside::net {
namespace {

int open_something() {
  const int number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (number < 0) throw std::runtime_error("no /dev/null");
  return number;
}

bool is_open(int number) {
  return ::fcntl(number, F_GETFD) != -1;
}

TEST(Descriptor, IsNoneAtFirst) {
  const Descriptor none;
  EXPECT_FALSE(none.is_open());
  EXPECT_EQ(none.number(), -1);
}

TEST(Descriptor, IsClosedWithItsOwner) {
  const int number = open_something();
  {
    const Descriptor descriptor(number);
    EXPECT_TRUE(descriptor.is_open());
    EXPECT_EQ(descriptor.number(), number);
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, MayBeClosedTwice) {
  Descriptor descriptor(open_something());
  const int number = descriptor.number();
  descriptor.close();
  EXPECT_FALSE(is_open(number));
  EXPECT_FALSE(descriptor.is_open());
  descriptor.close();
}

TEST(Descriptor, HasOneOwnerAfterAMove) {
  Descriptor first(open_something());
  const int number = first.number();
  Descriptor second(std::move(first));
  EXPECT_EQ(second.number(), number);
  {
    Descriptor third(open_something());
    third = std::move(second);
    EXPECT_EQ(third.number(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

}  // namespace
}  // namespace wayside::net
