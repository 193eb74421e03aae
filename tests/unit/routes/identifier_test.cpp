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
           "cus_NffrFeUfNV2Hib",
           "V1StGXR8_Z5jdHi6B-myT",
           "01arz3ndektsv4rrffq69g5fav",
           "00:1B:44:11:3A:B7",
           "00%3A1b%3A44%3A11%3A3a%3Ab7",
           "aa-bb-cc-dd-ee-ff",
           "001b.4411.3ab7",
           "00-1b-44-ff-fe-11-3a-b7",
           "GVS+s6dQZmPKpKKjK8nc8j872EE=",
           "dGVzdA%2FxQ%2Bw4a%3D%3D",
           "dQw4w9WgXcQ",
           "ja0cf6-84AGgat15W1jooeMfUY",
           "10%2C5",
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
           "%E3%81%82%E3%81%84%E3%81%86",
           "v1p1beta1",
           "v2alpha",
           "v20180820",
           "getP2PVpnHealth",
           "WebHdfsExtensions",
           "Microsoft.Compute",
           "aa:bb:cc:dd:ee",
           "utf8mb4",
           "OAuth2Token",
           "verifyOTPCode",
       })
    EXPECT_FALSE(looks_like_identifier(segment)) << segment;
}

TEST(Identifier, KnowsExtensionsOfFiles) {
  EXPECT_EQ(file_extension("1.json"), ".json");
  EXPECT_EQ(file_extension("a.b.JPG"), ".JPG");
  EXPECT_EQ(file_extension("a.tar.gz"), ".tar.gz");
  EXPECT_EQ(file_extension(".tar.gz"), ".gz");
  for (const char* segment : {"", "a", ".json", "1.unknown", "1.", "1.abcdefgh", "json"})
    EXPECT_EQ(file_extension(segment), "") << segment;
}

}  // namespace
}  // namespace wayside::routes
