#include "proxy/forwarded_certificate.hpp"

#include <gtest/gtest.h>

namespace wayside::proxy {
namespace {

TEST(ForwardedCertificate, HasEnvoysFormat) {
  EXPECT_EQ(forwarded_certificate({.hash = "0af1",
                                   .subject = "CN=client,O=shop",
                                   .dns = {"a.test", "b.test"},
                                   .uris = {"spiffe://shop/client"}}),
            R"(Hash=0af1;Subject="CN=client,O=shop";URI=spiffe://shop/client;DNS=a.test;DNS=b.test)");
}

TEST(ForwardedCertificate, HasNoNamesWithoutSome) {
  EXPECT_EQ(forwarded_certificate({.hash = "0a", .subject = "", .dns = {}, .uris = {""}}),
            R"(Hash=0a;Subject="")");
}

TEST(ForwardedCertificate, QuotesWhatWouldEndAValue) {
  EXPECT_EQ(
      forwarded_certificate({.hash = "0a", .subject = R"(CN="a\)", .dns = {}, .uris = {"x:a;b", R"(x:"\)"}}),
      R"(Hash=0a;Subject="CN=\"a\\";URI="x:a;b";URI="x:\"\\")");
}

TEST(ForwardedCertificate, CannotAddAField) {
  EXPECT_EQ(forwarded_certificate({.hash = "0a",
                                   .subject = "CN=a\r\nX: y",
                                   .dns = {"a\r\nX-Admin: yes", std::string("b\0c", 3), "\xff"},
                                   .uris = {}}),
            "Hash=0a");
}

}  // namespace
}  // namespace wayside::proxy
