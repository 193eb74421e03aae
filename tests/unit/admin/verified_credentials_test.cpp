#include "admin/verified_credentials.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::admin {
namespace {

VerifiedCredentials::Digest digest_of(const std::string& user, const std::string& password,
                                      const std::string& hash) {
  return VerifiedCredentials::digest_of({user, password}, hash).value();
}

TEST(VerifiedCredentials, AreKnownByUserPasswordAndHash) {
  VerifiedCredentials verified;
  verified.add(digest_of("ab", "cd", "hash"));
  EXPECT_TRUE(verified.contains(digest_of("ab", "cd", "hash")));
  EXPECT_FALSE(verified.contains(digest_of("ab", "cd", "other"))) << "a reload brought another password";
  EXPECT_FALSE(verified.contains(digest_of("abc", "d", "hash")));
  EXPECT_FALSE(verified.contains(digest_of("ab", "cdhash", "")));
}

TEST(VerifiedCredentials, TheOldestMakeRoom) {
  VerifiedCredentials verified;
  const auto of = [](std::size_t i) { return digest_of("user", std::to_string(i), "hash"); };
  for (std::size_t i = 0; i <= VerifiedCredentials::kMost; ++i) {
    verified.add(of(i));
    verified.add(of(i));
  }
  EXPECT_FALSE(verified.contains(of(0)));
  EXPECT_TRUE(verified.contains(of(1)));
  EXPECT_TRUE(verified.contains(of(VerifiedCredentials::kMost)));
}

}  // namespace
}  // namespace wayside::admin
