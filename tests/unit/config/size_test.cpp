#include "config/size.hpp"

#include <gtest/gtest.h>

namespace wayside::config {
namespace {

constexpr std::uint64_t kMax = std::uint64_t{1} << 40U;

TEST(Size, ReadsAndWritesEveryUnit) {
  for (const auto& [text, bytes] : {std::pair{"1B", std::uint64_t{1}},
                                    {"1023B", 1023},
                                    {"8KiB", 8192},
                                    {"3MiB", 3145728},
                                    {"2GiB", std::uint64_t{1} << 31U}}) {
    const auto size = parse_size(text, kMax);
    ASSERT_TRUE(size.has_value()) << text;
    EXPECT_EQ(*size, bytes);
    EXPECT_EQ(size_to_string(bytes), text);
  }
}

TEST(Size, RefusesWhatItCannotBeSureOf) {
  for (const char* text :
       {"", "8", "8 KiB", "8k", "8KB", "-1B", "+1B", "0B", "1.5MiB", "KiB", "99999999999999999999B"}) {
    EXPECT_FALSE(parse_size(text, kMax).has_value()) << text;
  }
  EXPECT_FALSE(parse_size("18014398509481984KiB", kMax).has_value());  // 2^64 bytes
}

TEST(Size, NamesTheMaximum) {
  const auto size = parse_size("61KiB", 60 * 1024);
  ASSERT_FALSE(size.has_value());
  EXPECT_EQ(size.error().text, "expected at most 60KiB, found \"61KiB\"");
}

}  // namespace
}  // namespace wayside::config
