#include "http/request_target.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace wayside::http {
namespace {

struct TargetVerdict {
  std::optional<Violation> violation;
  std::string_view authority;
};

TargetVerdict check(Method method, std::string_view target) {
  RequestHead head;
  head.method = method;
  head.target = target;
  head.authority = "left over";
  const auto violation = check_target(head);
  return {violation, head.authority};
}

// RFC 9112 section 3.2.1 and 3.2.4.
TEST(CheckTarget, AcceptsOriginFormAndTheAsteriskOfOptions) {
  for (const std::string_view target : {"/", "//a", "/a?b=http://c/", "/%zz", "/\xff"}) {
    const auto [violation, authority] = check(Method::get, target);
    EXPECT_EQ(violation, std::nullopt) << target;
    EXPECT_EQ(authority, "") << target;
  }
  EXPECT_EQ(check(Method::options, "*").violation, std::nullopt);
  EXPECT_EQ(check(Method::get, "*").violation, Violation::kBadTarget);
}

// RFC 9112 section 3.2.2.
TEST(CheckTarget, TakesTheAuthorityOutOfAbsoluteForm) {
  struct AbsoluteForm {
    std::string_view target;
    std::string_view authority;
  };
  for (const AbsoluteForm& form :
       {AbsoluteForm{"http://a", "a"}, AbsoluteForm{"HTTPS://a.b:80/x", "a.b:80"},
        AbsoluteForm{"http://a?b", "a"}, AbsoluteForm{"http://[::1]:8080/", "[::1]:8080"},
        AbsoluteForm{"http://a:/", "a:"}}) {
    const auto [violation, authority] = check(Method::get, form.target);
    EXPECT_EQ(violation, std::nullopt) << form.target;
    EXPECT_EQ(authority, form.authority) << form.target;
  }
}

TEST(CheckTarget, RefusesEveryOtherForm) {
  for (const std::string_view target :
       {"", "a", "a:80", "?a", "#", "/a#b", "http:/a", "http://", "http:///a", "http://:80/", "http://u@a/",
        "http://a b/", "http://a:8x/", "http://[::1/", "ftp://a/", "://a", "*/"}) {
    EXPECT_EQ(check(Method::get, target).violation, Violation::kBadTarget) << target;
  }
  EXPECT_EQ(check(Method::options, "**").violation, Violation::kBadTarget);
}

// RFC 9110 section 9.3.6.
TEST(CheckTarget, RefusesConnectWhateverItsTarget) {
  for (const std::string_view target : {"a:443", "/", "http://a/"})
    EXPECT_EQ(check(Method::connect, target).violation, Violation::kConnectUnsupported) << target;
}

class CheckHost : public testing::Test {
 protected:
  std::optional<Violation> check_one(std::string_view value) {
    head_.fields.clear();
    add(field::host, value);
    return check_host(head_);
  }
  void add(field id, std::string_view value) {
    head_.fields.push_back({.id = id, .name = {}, .value = value});
  }

  RequestHead head_;
};

// RFC 9112 section 3.2.
TEST_F(CheckHost, AsksForOneInHttp11Alone) {
  add(field::accept, "a");
  head_.minor_version = 0;
  EXPECT_EQ(check_host(head_), std::nullopt);
  head_.minor_version = 1;
  EXPECT_EQ(check_host(head_), Violation::kMissingHost);
  add(field::host, "a");
  EXPECT_EQ(check_host(head_), std::nullopt);
  add(field::host, "a");
  EXPECT_EQ(check_host(head_), Violation::kDuplicateHost);
  head_.minor_version = 0;
  EXPECT_EQ(check_host(head_), Violation::kDuplicateHost);
}

TEST_F(CheckHost, AcceptsNamesAddressesAndPorts) {
  for (const std::string_view value : {"", "a", "a.b-c_d~e", "a:80", "a:", ":80", "127.0.0.1:1", "[::1]",
                                       "[::ffff:1.2.3.4]:80", "%41!$&'()*+;="})
    EXPECT_EQ(check_one(value), std::nullopt) << value;
}

TEST_F(CheckHost, RefusesOtherCharacters) {
  for (const std::string_view value : {"a b", "a,b", "a/b", "a?b", "u@a", "a:b", "a:80:80", "[", "[]", "[::1",
                                       "[::1]a", "[g]", "[::1]:x", "a\t", "caf\xc3\xa9"})
    EXPECT_EQ(check_one(value), Violation::kBadHost) << value;
}

}  // namespace
}  // namespace wayside::http
