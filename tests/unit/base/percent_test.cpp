#include "wayside/base/percent.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wayside {
namespace {

std::string every_byte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes += static_cast<char>(byte);
  return bytes;
}

TEST(PercentDecodedByte, IsThatOfAWholeTriple) {
  EXPECT_EQ(percent_decoded_byte("%20", 0), 0x20);
  EXPECT_EQ(percent_decoded_byte("a%fFb", 1), 0xFF);
  EXPECT_EQ(percent_decoded_byte("%00", 0), 0);
  EXPECT_EQ(percent_decoded_byte("20%", 0), -1);
  EXPECT_EQ(percent_decoded_byte("%", 0), -1);
  EXPECT_EQ(percent_decoded_byte("%2", 0), -1);
  EXPECT_EQ(percent_decoded_byte("%2g", 0), -1);
  EXPECT_EQ(percent_decoded_byte("%g2", 0), -1);
  EXPECT_EQ(percent_decoded_byte("%-1", 0), -1);
}

TEST(PercentDecoded, LeavesWhatIsNoTriple) {
  EXPECT_EQ(percent_decoded("a%20b%C3%bc"), "a b\xC3\xBC");
  EXPECT_EQ(percent_decoded("%%20%2"), "% %2");
  EXPECT_EQ(percent_decoded("100%"), "100%");
  EXPECT_EQ(percent_decoded("%2541"), "%41") << "once, not twice";
  EXPECT_EQ(percent_decoded("a+b"), "a+b") << "only HTML forms write a space as a plus sign";
}

TEST(PercentEncoded, IsDecodedToTheSameText) {
  EXPECT_EQ(percent_encoded("a b/%\xFF"), "a%20b%2F%25%FF");
  EXPECT_EQ(percent_encoded("-._~!$&'()*+,;=:@"), "-._~!$&'()*+,;=:@");
  EXPECT_EQ(percent_decoded(percent_encoded(every_byte())), every_byte());
}

// RFC 3986 section 2.3: the list as the RFC prints it.
TEST(IsUnreserved, IsTheSetOfTheRfc) {
  const std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (const char c : every_byte()) {
    EXPECT_EQ(is_unreserved(c), unreserved.find(c) != unreserved.npos) << static_cast<int>(c);
    EXPECT_TRUE(is_segment_char(c) || !is_unreserved(c)) << c;
  }
  for (const char c : std::string_view("/?#[]%\"<>\\^`{|} "))
    EXPECT_FALSE(is_segment_char(c)) << c;
}

}  // namespace
}  // namespace wayside
