#include "wayside/routes/dialect.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace wayside::routes {
namespace {

TEST(Dialect, HasAWordThatIsReadBack) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kDialectCount; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kDialects[i]), i);
    EXPECT_EQ(dialect_from(to_string(kDialects[i])), kDialects[i]);
    EXPECT_TRUE(words.insert(to_string(kDialects[i])).second) << to_string(kDialects[i]);
    EXPECT_FALSE(framework_of(kDialects[i]).empty());
  }
}

TEST(Dialect, HasTheWordOfItsFramework) {
  EXPECT_EQ(dialect_from("auto"), Dialect::kAuto);
  EXPECT_EQ(dialect_from("express4"), Dialect::kExpress4);
  EXPECT_EQ(dialect_from("aspnet"), Dialect::kAspNet);
  EXPECT_EQ(dialect_from("chi"), Dialect::kChi);
  EXPECT_EQ(framework_of(Dialect::kExpress5), "Express 5");
  EXPECT_EQ(framework_of(Dialect::kAspNet), "ASP.NET");
}

TEST(Dialect, HasNoOtherWord) {
  EXPECT_EQ(dialect_from("express"), std::nullopt);
  EXPECT_EQ(dialect_from("Flask"), std::nullopt);
  EXPECT_EQ(dialect_from(""), std::nullopt);
}

}  // namespace
}  // namespace wayside::routes
