#include "wayside/http/forwarded_client.hpp"

#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::http {
namespace {

struct Case {
  std::string lines;
  std::string_view client;
};

void expect(const std::vector<Case>& cases) {
  const TrustedProxies trusted;
  for (const Case& each : cases) {
    const test::ParsedRequest parsed("GET / HTTP/1.1\r\nHost: a\r\n" + each.lines + "\r\n");
    EXPECT_EQ(forwarded_client(parsed.head.fields, trusted), each.client) << each.lines;
  }
}

TEST(ForwardedClient, IsTheNearestThatIsNoProxy) {
  expect({
      {"", ""},
      {"X-Forwarded-For: 8.8.8.8\r\n", "8.8.8.8"},
      {"X-Forwarded-For: 8.8.8.8, 10.0.0.1\r\n", "8.8.8.8"},
      {"X-Forwarded-For: 6.6.6.6, 8.8.8.8, 10.0.0.1,192.168.0.1\r\n", "8.8.8.8"},
      {"X-Forwarded-For: 6.6.6.6\r\nA: b\r\nX-Forwarded-For: 8.8.8.8\r\nx-forwarded-for: 10.0.0.1\r\n",
       "8.8.8.8"},
      {"X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1"},
  });
}

TEST(ForwardedClient, IsTheFarthestWhereAllAreProxies) {
  expect({
      {"X-Forwarded-For: 10.0.0.9, 10.0.0.8\r\n", "10.0.0.9"},
      {"X-Forwarded-For: ::1\r\n", "::1"},
  });
}

TEST(ForwardedClient, IsNotBehindWhatIsNoAddress) {
  expect({
      {"X-Forwarded-For: 8.8.8.8, unknown, 10.0.0.1\r\n", "10.0.0.1"},
      {"X-Forwarded-For: unknown\r\n", ""},
      {"X-Forwarded-For:\r\n", ""},
      {"X-Forwarded-For: 8.8.8.8,\r\n", ""},
      {"X-Forwarded-For: <script>, _hidden\r\n", ""},
  });
}

TEST(ForwardedClient, MayHaveAPort) {
  expect({
      {"X-Forwarded-For: 8.8.8.8:1234\r\n", "8.8.8.8"},
      {"X-Forwarded-For: [2001:db8::1]:80\r\n", "2001:db8::1"},
      {"X-Forwarded-For: [2001:db8::1]\r\n", "2001:db8::1"},
      {"X-Forwarded-For: [2001:db8::1\r\n", "2001:db8::1"},
      {"X-Forwarded-For: [\r\n", ""},
  });
}

// As a proxy with a dual-stack socket writes it.
TEST(ForwardedClient, IsIpv4InTheFormOfIpv4) {
  expect({
      {"X-Forwarded-For: ::ffff:8.8.8.8\r\n", "8.8.8.8"},
      {"X-Forwarded-For: 8.8.8.8, [::FFFF:10.0.0.1]:80\r\n", "8.8.8.8"},
      {"Forwarded: for=\"[::ffff:8.8.8.8]\"\r\n", "8.8.8.8"},
  });
}

// RFC 7239 section 4.
TEST(ForwardedClient, MayStandInForwarded) {
  expect({
      {"Forwarded: for=8.8.8.8\r\n", "8.8.8.8"},
      {"Forwarded: for=6.6.6.6, proto=https ; For=\"8.8.8.8:80\";by=10.0.0.1, for=10.0.0.2\r\n", "8.8.8.8"},
      {"Forwarded: for=\"[2001:db8:cafe::17]:4711\"\r\n", "2001:db8:cafe::17"},
      {"Forwarded: for=8.8.8.8, for=unknown\r\n", ""},
      {"Forwarded: for=8.8.8.8, proto=http\r\n", ""},
      {"Forwarded: for=8.8.8.8\r\nForwarded: for=10.0.0.1\r\n", "8.8.8.8"},
      {"Forwarded: for=\"\r\n", ""},
      {"Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 8.8.8.8\r\n", "8.8.8.8"},
  });
}

// A host may have "," and ";" in it (RFC 3986 section 3.2.2), and a proxy repeats what its client sent.
TEST(ForwardedClient, IsNotInAQuotedString) {
  expect({
      {"Forwarded: host=\"a,for=6.6.6.6;b\";for=8.8.8.8\r\n", "8.8.8.8"},
      {"Forwarded: for=8.8.8.8;host=\"a,for=6.6.6.6;b\"\r\n", "8.8.8.8"},
      {"Forwarded: host=\"a;for=6.6.6.6;b\";for=8.8.8.8\r\n", "8.8.8.8"},
      {"Forwarded: host=\"\\\",for=6.6.6.6;b\\\\\";for=8.8.8.8, for=10.0.0.1\r\n", "8.8.8.8"},
      {"Forwarded: for=\"6.6.6.6, for=8.8.8.8, for=10.0.0.1\r\n", "8.8.8.8"},
      {"Forwarded: for=\"6.6.6.6\r\nForwarded: for=8.8.8.8\r\n", "8.8.8.8"},
      {"Forwarded: for=8.8.8.8;host=\"a\r\n", "8.8.8.8"},
      {"Forwarded: host=\"a;for=8.8.8.8\r\n", ""},
  });
}

// The farthest proxy has seen the client, and writes first.
TEST(ForwardedTls, IsWhatTheFirstProxySays) {
  const std::vector<std::pair<std::string, std::optional<bool>>> cases = {
      {"", std::nullopt},
      {"X-Forwarded-Proto: https\r\n", true},
      {"X-Forwarded-Proto: HTTPS\r\n", true},
      {"X-Forwarded-Proto: wss\r\n", true},
      {"X-Forwarded-Proto: http\r\n", false},
      {"X-Forwarded-Proto: \r\n", false},
      {"X-Forwarded-Proto: httpsx\r\n", false},
      {"X-Forwarded-Proto: https , http\r\n", true},
      {"X-Forwarded-Proto: http,https\r\n", false},
      {"X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n", true},
  };
  for (const auto& [lines, uses_tls] : cases) {
    const test::ParsedRequest parsed("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
    EXPECT_EQ(forwarded_tls(parsed.head.fields), uses_tls) << lines;
  }
}

}  // namespace
}  // namespace wayside::http
