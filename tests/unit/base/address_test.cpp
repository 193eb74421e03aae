#include "wayside/base/address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside {
namespace {

struct Good {
  std::string text;
  Address address;
};

struct Bad {
  std::string text;
  std::string message;
};

TEST(ListenAddress, Reads) {
  const std::vector<Good> cases = {
      {"0.0.0.0:8080", {"0.0.0.0", 8080, {}}},
      {"127.0.0.1:0", {"127.0.0.1", 0, {}}},
      {"[::]:65535", {"::", 65535, {}}},
      {"[::ffff:10.0.0.1]:1", {"::ffff:10.0.0.1", 1, {}}},
      {"localhost:8080", {"localhost", 8080, {}}},
      {"my_app-1.svc.cluster.local.:80", {"my_app-1.svc.cluster.local.", 80, {}}},
      {":8080", {"0.0.0.0", 8080, {}}},
      {"unix:/run/app.sock", {{}, 0, "/run/app.sock"}},
  };
  for (const Good& each : cases) {
    const auto address = parse_listen_address(each.text);
    ASSERT_TRUE(address.has_value()) << each.text << ": " << address.error().message;
    EXPECT_EQ(*address, each.address) << each.text;
  }
}

TEST(ListenAddress, SaysWhatIsWrong) {
  const std::string port = "expected a port from 0 to 65535, found ";
  const std::string host = "expected a host name or an IP address, found ";
  const std::vector<Bad> cases = {
      {"", R"(expected host:port or unix:/path, found "")"},
      {"8080", R"(expected host:port or unix:/path, found "8080")"},
      {"localhost", R"(expected host:port or unix:/path, found "localhost")"},
      {"[::1]", R"(expected host:port or unix:/path, found "[::1]")"},
      {"[::1", R"(expected host:port or unix:/path, found "[::1")"},
      {"[::1]8080", R"(expected host:port or unix:/path, found "[::1]8080")"},
      {"localhost:", port + R"("")"},
      {"localhost:http", port + R"("http")"},
      {"localhost:65536", port + R"("65536")"},
      {"localhost:+80", port + R"("+80")"},
      {"localhost: 80", port + R"(" 80")"},
      {"localhost:080", port + R"("080")"},
      {"localhost:80/", R"(expected host:port or unix:/path, found "localhost:80/")"},
      {"::1:8080", R"(expected an IPv6 address in brackets, as in [::1]:8080, found "::1")"},
      {"[]:80", R"(expected an IPv6 address between the brackets, found "")"},
      {"[1.2.3.4]:80", R"(expected an IPv6 address between the brackets, found "1.2.3.4")"},
      {std::string("[::1\0]:80", 9), R"(expected an IPv6 address between the brackets, found "::1\x00")"},
      {"10.0.0.256:80", host + R"("10.0.0.256")"},
      {"10.0.1:80", host + R"("10.0.1")"},
      {"a b:80", host + R"("a b")"},
      {"a..b:80", host + R"("a..b")"},
      {"-a:80", host + R"("-a")"},
      {".:80", host + R"(".")"},
      {std::string(64, 'a') + ":80", host + '"' + std::string(64, 'a') + '"'},
      {"a\nb:80", host + R"("a\nb")"},
      {"http://localhost:80", R"(expected host:port or unix:/path, found "http://localhost:80")"},
      {"/run/app.sock", R"(expected host:port or unix:/path, found "/run/app.sock")"},
      {"unix:app.sock", R"(expected an absolute path, as in unix:/run/app.sock, found "unix:app.sock")"},
  };
  for (const Bad& each : cases) {
    const auto address = parse_listen_address(each.text);
    ASSERT_TRUE(address.has_error()) << each.text;
    EXPECT_EQ(address.error().message, each.message);
  }
}

TEST(BackendAddress, Reads) {
  const std::vector<Good> cases = {
      {"http://127.0.0.1:5000", {"127.0.0.1", 5000, {}}},
      {"http://app", {"app", 80, {}}},
      {"http://app/", {"app", 80, {}}},
      {"HTTP://App:81", {"App", 81, {}}},
      {"http://[::1]:5000", {"::1", 5000, {}}},
      {"http://[::1]", {"::1", 80, {}}},
      {"https://app", {"app", 443, {}, true}},
      {"HTTPS://[::1]:8443/", {"::1", 8443, {}, true}},
      {"unix:/run/app.sock", {{}, 0, "/run/app.sock"}},
      {"unix:///run/app.sock", {{}, 0, "/run/app.sock"}},
      {"unix:/run/my app.sock", {{}, 0, "/run/my app.sock"}},
      {"unix:/" + std::string(106, 's'), {{}, 0, "/" + std::string(106, 's')}},
  };
  for (const Good& each : cases) {
    const auto address = parse_backend_address(each.text);
    ASSERT_TRUE(address.has_value()) << each.text << ": " << address.error().message;
    EXPECT_EQ(*address, each.address) << each.text;
  }
}

TEST(BackendAddress, SaysWhatIsWrong) {
  const std::string forms = "expected http://host:port, https://host:port or unix:/path, found ";
  const std::string no_path = "expected http://host:port without a path or query, found ";
  const std::string unix_path = "expected an absolute path, as in unix:/run/app.sock, found ";
  const std::vector<Bad> cases = {
      {"", forms + R"("")"},
      {"localhost:5000", forms + R"("localhost:5000")"},
      {"ftp://app", forms + R"("ftp://app")"},
      {"http://", forms + R"("http://")"},
      {"http://:80", forms + R"("http://:80")"},
      {"https://", forms + R"("https://")"},
      {"https://app/api", no_path + R"("https://app/api")"},
      {"http://app:0", R"(expected a port from 1 to 65535, found "0")"},
      {"http://app:", R"(expected a port from 1 to 65535, found "")"},
      {"http://app/api", no_path + R"("http://app/api")"},
      {"http://app//", no_path + R"("http://app//")"},
      {"http://app?x", no_path + R"("http://app?x")"},
      {"http://app#x", no_path + R"("http://app#x")"},
      {"unix:", unix_path + R"("unix:")"},
      {"unix:run/app.sock", unix_path + R"("unix:run/app.sock")"},
      {"unix://run/app.sock", unix_path + R"("unix://run/app.sock")"},
      {"unix:/" + std::string(107, 's'), "expected a socket path of at most 107 bytes, found 108"},
      {"unix:/a\nb", R"(expected a socket path on one line, found "unix:/a\nb")"},
  };
  for (const Bad& each : cases) {
    const auto address = parse_backend_address(each.text);
    ASSERT_TRUE(address.has_error()) << each.text;
    EXPECT_EQ(address.error().message, each.message);
  }
}

TEST(BackendAddress, DoesNotShowAPassword) {
  const auto address = parse_backend_address("http://me:secret@app");
  ASSERT_TRUE(address.has_error());
  EXPECT_EQ(address.error().message.find("secret"), std::string::npos);
}

TEST(Address, PrintsWhatItReads) {
  for (const char* text : {"0.0.0.0:8080", "[::1]:1", "localhost:0"}) {
    EXPECT_EQ(to_string(*parse_listen_address(text)), text);
  }
  EXPECT_EQ(to_string(*parse_backend_address("unix:/run/app.sock")), "unix:/run/app.sock");
}

}  // namespace
}  // namespace wayside
