#include "admin/basic_credentials.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <tuple>

namespace wayside::admin {
namespace {

TEST(BasicCredentials, AreANameAndAPassword) {
  for (const auto& [authorization, user, password] :
       {std::tuple{"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"},  // RFC 7617 section 2
        std::tuple{"basic  YTpiOmM=", "a", "b:c"}, std::tuple{"Basic Og==", "", ""},
        std::tuple{"BASIC dGVzdDoxMjPCow==", "test", "123\xC2\xA3"}}) {
    const auto credentials = parse_basic_credentials(authorization);
    ASSERT_TRUE(credentials) << authorization;
    EXPECT_EQ(credentials->user, user);
    EXPECT_EQ(credentials->password, password);
  }
}

TEST(BasicCredentials, AreNothingElse) {
  for (const std::string_view authorization :
       {"", "Basic", "Basic ", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Basic YWJj", "Basic YTpi YTpi", "Basic YTpi,Basic YTpi",
        "Basic Y=pi", "Basic ====", "Basic YTpi\t", "Basic YToAYg=="})
    EXPECT_FALSE(parse_basic_credentials(authorization)) << authorization;
}

}  // namespace
}  // namespace wayside::admin
