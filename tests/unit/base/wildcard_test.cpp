#include "wayside/base/wildcard.hpp"

#include <gtest/gtest.h>

namespace wayside {
namespace {

TEST(Wildcard, OfIpv4) {
  EXPECT_TRUE(is_ipv4_wildcard("0.0.0.0"));
  EXPECT_TRUE(is_ipv4_wildcard("::ffff:0.0.0.0"));
  for (const char* const host : {"", "::", "0.0.0.1", "127.0.0.1", "localhost"})
    EXPECT_FALSE(is_ipv4_wildcard(host)) << host;
}

TEST(Wildcard, OfIpv6HasManySpellings) {
  for (const char* const host : {"::", "0::", "::0", "0::0", "0:0:0:0:0:0:0:0", "0000::", "::0.0.0.0"})
    EXPECT_TRUE(is_ipv6_wildcard(host)) << host;
  for (const char* const host : {"", "::1", "0.0.0.0", "::ffff:0.0.0.0", "localhost"})
    EXPECT_FALSE(is_ipv6_wildcard(host)) << host;
}

}  // namespace
}  // namespace wayside
