#include "admin/password.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::admin {
namespace {

// Of "correct horse", by Python's crypt.
const std::string kHash = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

TEST(Password, MatchesItsHash) {
  EXPECT_TRUE(matches("correct horse", kHash));
  for (const char* const other : {"", "correct hors", "correct horse ", "Correct horse"})
    EXPECT_FALSE(matches(other, kHash)) << other;
  EXPECT_FALSE(matches(std::string(10'000, 'x'), kHash)) << "more than crypt(3) takes";
}

TEST(Password, MatchesTheHashesOfOtherPrograms) {
  std::string hash = kHash;
  for (const char minor : {'a', 'b', 'y'}) {
    hash[2] = minor;
    EXPECT_TRUE(matches("correct horse", hash)) << hash;
  }
  // The last character of the salt has four bits that mean nothing.
  hash[28] = static_cast<char>(kHash[28] + 1);
  EXPECT_TRUE(matches("correct horse", hash)) << hash;
}

TEST(Password, ADecoyCostsWhatTheDearestUserCosts) {
  std::string dear = kHash;
  dear[5] = '6';
  const std::string decoy = decoy_hash(std::vector<Access::User>{{"a", kHash}, {"b", dear}, {"c", kHash}});
  EXPECT_EQ(decoy.size(), kHash.size());
  EXPECT_TRUE(decoy.starts_with("$2b$06$")) << decoy;
  EXPECT_FALSE(matches("correct horse", decoy));
}

}  // namespace
}  // namespace wayside::admin
