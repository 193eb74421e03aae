#include "admin/browser.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace wayside::admin {
namespace {

struct Sent {
  std::string_view host;
  std::optional<std::string_view> origin{};
  std::optional<std::string_view> sec_fetch_site{};
};

bool is_foreign(const Sent& sent) {
  return is_from_foreign_page({.method = "POST",
                               .target = "/-/reload",
                               .host = sent.host,
                               .origin = sent.origin,
                               .sec_fetch_site = sent.sec_fetch_site});
}

// curl and scripts, with any Host.
TEST(Browser, IsWhoNamesAnOrigin) {
  for (const std::string_view host :
       {"127.0.0.1:10180", "wayside", "wayside.shop.svc.cluster.local:10180", ""})
    EXPECT_FALSE(is_foreign({host})) << host;
}

TEST(Browser, MayAskFromAPageOfThisListener) {
  for (const Sent& sent :
       {Sent{"127.0.0.1:10180", "http://127.0.0.1:10180"},
        Sent{"127.0.0.1:10180", "http://127.0.0.1:10180", "same-origin"},
        Sent{"10.0.0.7", "https://10.0.0.7"},
        Sent{"localhost:10180", "http://localhost:10180", "same-origin"},
        Sent{"LocalHost:10180", "http://localhost:10180"}, Sent{"[::1]:10180", "http://[::1]:10180"},
        Sent{"[2001:db8::1]", "http://[2001:db8::1]"}, Sent{"127.0.0.1:10180", std::nullopt, "none"}}) {
    EXPECT_FALSE(is_foreign(sent)) << sent.host;
  }
}

TEST(Browser, MayNotAskFromAnotherSite) {
  for (const Sent& sent :
       {Sent{"127.0.0.1:10180", "http://evil.example"}, Sent{"127.0.0.1:10180", "http://127.0.0.1:3000"},
        Sent{"127.0.0.1:10180", "http://127.0.0.1"},
        Sent{"127.0.0.1:10180", "http://127.0.0.1:10180.evil.example"}, Sent{"127.0.0.1:10180", "null"},
        Sent{"127.0.0.1:10180", ""}, Sent{"127.0.0.1:10180", "127.0.0.1:10180"},
        Sent{"127.0.0.1:10180", "file://127.0.0.1:10180"},
        Sent{"127.0.0.1:10180", std::nullopt, "cross-site"},
        Sent{"127.0.0.1:10180", std::nullopt, "same-site"}, Sent{"127.0.0.1:10180", std::nullopt, ""},
        Sent{"127.0.0.1:10180", "http://127.0.0.1:10180", "cross-site"},
        Sent{"127.0.0.1:10180", "http://127.0.0.1:10180", "same-origin,cross-site"}}) {
    EXPECT_TRUE(is_foreign(sent)) << sent.origin.value_or("-") << ' ' << sent.sec_fetch_site.value_or("-");
  }
}

// DNS rebinding: the attacker's name resolves to this machine's address.
TEST(Browser, MayNotAskByANameThatSomebodyMayOwn) {
  for (const std::string_view host :
       {"evil.example:10180", "wayside", "localhost.evil.example", "127.0.0.1.evil.example", "0x7f.1", "[::1",
        "[evil]", "[::1%25eth0]", "127.0.0.1,evil.example", "",
        "1111111111111111111111111111111111111111111111111111111111111111"}) {
    const std::string origin = "http://" + std::string(host);
    EXPECT_TRUE(is_foreign({host, origin})) << host;
    EXPECT_TRUE(is_foreign({host, std::nullopt, "same-origin"})) << host;
  }
}

}  // namespace
}  // namespace wayside::admin
