#include "wayside/base/trusted_proxies.hpp"

#include <gtest/gtest.h>

namespace wayside {
namespace {

TEST(TrustedProxies, OfPrivateRangesAreNotPublic) {
  const TrustedProxies proxies;
  for (const char* ip : {"127.0.0.1", "127.9.9.9", "10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.1.1",
                         "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", ""})
    EXPECT_TRUE(proxies.contains(ip)) << ip;
  for (const char* ip :
       {"8.8.8.8", "172.32.0.1", "192.169.0.1", "100.64.0.1", "2001:db8::1", "0.0.0.0", "unknown"})
    EXPECT_FALSE(proxies.contains(ip)) << ip;
}

TEST(TrustedProxies, AreThoseOfTheNetworks) {
  const TrustedProxies proxies{.private_ranges = false,
                               .networks = {parse_network("203.0.113.0/24").value()}};
  EXPECT_TRUE(proxies.contains("203.0.113.9"));
  for (const char* ip : {"203.0.114.9", "127.0.0.1", "::1", ""})
    EXPECT_FALSE(proxies.contains(ip)) << ip;
}

TEST(TrustedProxies, MayBeNobody) {
  const TrustedProxies nobody{.private_ranges = false};
  for (const char* ip : {"127.0.0.1", "10.0.0.1", "8.8.8.8", ""})
    EXPECT_FALSE(nobody.contains(ip)) << ip;
}

}  // namespace
}  // namespace wayside
