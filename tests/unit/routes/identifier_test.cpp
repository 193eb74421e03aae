#include "routes/identifier.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::routes {
namespace {

TEST(Identifier, IsTakenForOne) {
  for (const char* segment : {
           "0",
           "42",
           "-7",
           "007",
           "1234567890123456789",
           "12,34",
           "52.52000",
           "2024-01-31",
           "2024-01",
           "20240131",
           "2024-01-31T12:00:00Z",
           "12:30",
           "2024-01-31T12:00:00.000+02:00",
           "123e4567-e89b-12d3-a456-426614174000",
           "123E4567E89B12D3A456426614174000",
           "a1b2c3d",
           "da39a3ee5e6b4b0d3255bfef95601890afd80709",
           "507f1f77bcf86cd799439011",
           "deadbeefdeadbeef",
           "jane@example.org",
           "jane%40example.org",
           "order-12345",
           "user_99100",
           "INV-2024-0001",
           "cus_9s6XKzkNRiz8i3",
           "k3jd82hf1x",
           "SKU123456",
           "dGhpc0lzQVRva2VuRm9yWW91",
           "01ARZ3NDEKTSV4RRFFQ69G5FAV",
           "app.3f2a9c1b.js",
       })
    EXPECT_TRUE(looks_like_identifier(segment)) << segment;
  EXPECT_TRUE(looks_like_identifier(std::string(65, 'a')));
}

TEST(Identifier, IsNotTakenForOne) {
  for (const char* segment : {
           "",
           "users",
           "Users",
           "userProfile",
           "user-profile",
           "v1",
           "v2beta1",
           "1.0",
           "2.1.13",
           "me",
           "api",
           "index.html",
           "style.css",
           "jquery-3.6.0.min.js",
           "utf-8",
           "oauth2",
           "s3",
           "facade",
           "decade",
           "defaced",
           "md5",
           "base64",
           "ipv6",
           "x509",
           "wp-login.php",
           "robots.txt",
           ".well-known",
           "how-to-upgrade-python-3",
           "getUserProfileByName",
           "@me",
           "a@b",
           "%C3%BC",
           "%2F",
       })
    EXPECT_FALSE(looks_like_identifier(segment)) << segment;
}

}  // namespace
}  // namespace wayside::routes
