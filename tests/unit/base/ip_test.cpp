#include "wayside/base/ip.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside {
namespace {

TEST(IpAddress, IsReadAndPrinted) {
  for (const char* text : {"10.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1"}) {
    const auto address = parse_ip(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(to_string(*address), text);
  }
  EXPECT_EQ(parse_ip("::ffff:10.0.0.1"), parse_ip("10.0.0.1"));
  EXPECT_EQ(parse_ip("2001:0DB8:0::1"), parse_ip("2001:db8::1"));
}

TEST(IpAddress, IsNoOtherText) {
  for (const std::string_view text : std::initializer_list<std::string_view>{
           "", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1 ", "[::1]", "fe80::1%eth0", "localhost",
           "10.0.0.1:80", ":", "1111:2222:3333:4444:5555:6666:7777:8888:9999",
           std::string_view("10.0.0.1\0", 9)})
    EXPECT_FALSE(parse_ip(text).has_value()) << text;
  EXPECT_FALSE(parse_ip(std::string(1000, '1')).has_value());
}

TEST(IpNetwork, IsReadAndPrinted) {
  for (const char* text : {"10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "192.168.4.0/22", "2001:db8::/32", "::/0",
                           "::1", "fc00::/7"}) {
    const auto network = parse_network(text);
    ASSERT_TRUE(network.has_value()) << text;
    EXPECT_EQ(to_string(*network), text);
  }
  EXPECT_EQ(to_string(parse_network("10.0.0.1/32").value()), "10.0.0.1");
  EXPECT_EQ(parse_network("::ffff:10.0.0.0/104"), parse_network("10.0.0.0/8"));
}

TEST(IpNetwork, IsNoOtherText) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/ 8",
                           "::/129", "10.0.0.1/8", "2001:db8::1/32", "10.0.0.0/8/8", "10/8"})
    EXPECT_FALSE(parse_network(text).has_value()) << text;
}

TEST(IpNetwork, IsFoundAroundAnAddress) {
  EXPECT_EQ(to_string(parse_enclosing_network("10.1.2.3/8").value()), "10.0.0.0/8");
  EXPECT_EQ(to_string(parse_enclosing_network("2001:db8::1/32").value()), "2001:db8::/32");
  EXPECT_EQ(parse_enclosing_network("10.0.0.0/8"), parse_network("10.0.0.0/8"));
  EXPECT_FALSE(parse_enclosing_network("10.0.0.0/33").has_value());
}

TEST(IpNetwork, ContainsItsAddresses) {
  struct Case {
    const char* network;
    std::vector<const char*> inside;
    std::vector<const char*> outside;
  };
  const std::vector<Case> cases = {
      {"10.0.0.0/8",
       {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"},
       {"11.0.0.0", "9.255.255.255", "::1", "::a00:0"}},
      {"172.16.0.0/12", {"172.16.0.1", "172.31.255.255"}, {"172.32.0.0", "172.15.255.255"}},
      {"10.0.0.7", {"10.0.0.7"}, {"10.0.0.6", "10.0.0.8"}},
      {"0.0.0.0/0", {"1.2.3.4"}, {"::1"}},
      {"::/0", {"1.2.3.4", "::1"}, {}},
      {"fe80::/10", {"fe80::1", "febf::1"}, {"fec0::1", "fe00::1"}},
  };
  for (const Case& each : cases) {
    const IpNetwork network = parse_network(each.network).value();
    for (const char* address : each.inside)
      EXPECT_TRUE(network.contains(parse_ip(address).value())) << each.network << " " << address;
    for (const char* address : each.outside)
      EXPECT_FALSE(network.contains(parse_ip(address).value())) << each.network << " " << address;
  }
}

}  // namespace
}  // namespace wayside
