#include "wayside/http/head.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace wayside::http {
namespace {

TEST(Fields, KeepTheirOrderUpToTheirCapacity) {
  Fields fields(3);
  EXPECT_TRUE(fields.push_back({.id = field::host, .name = {}, .value = "1"}));
  EXPECT_TRUE(fields.push_back({.id = field::unknown, .name = {}, .value = "2"}));
  EXPECT_TRUE(fields.push_back({.id = field::host, .name = {}, .value = "3"}));
  EXPECT_FALSE(fields.push_back({.id = field::via, .name = {}, .value = "4"}));
  EXPECT_EQ(fields.size(), 3U);
  std::size_t count = 0;
  for (const Field& field : fields)
    EXPECT_EQ(field.value, std::to_string(++count));
  EXPECT_EQ(count, 3U);
  EXPECT_FALSE(fields.contains(field::via)) << "a refused field is not there";
}

TEST(Fields, FindTheFirstOfAName) {
  Fields fields(4);
  fields.push_back({.id = field::unknown, .name = {}, .value = "1"});
  fields.push_back({.id = field::via, .name = {}, .value = "2"});
  fields.push_back({.id = field::via, .name = {}, .value = "3"});
  ASSERT_NE(fields.find(field::via), nullptr);
  EXPECT_EQ(fields.find(field::via)->value, "2");
  EXPECT_EQ(fields.find(field::host), nullptr);
}

TEST(Fields, HaveNoTraceOfTheLastHead) {
  Fields fields(1);
  fields.push_back({.id = field::via, .name = {}, .value = "1"});
  fields.clear();
  EXPECT_EQ(fields.size(), 0U);
  EXPECT_TRUE(fields.all().empty());
  EXPECT_EQ(fields.find(field::via), nullptr);
  EXPECT_TRUE(fields.push_back({.id = field::host, .name = {}, .value = "2"}));
  EXPECT_TRUE(fields.contains(field::host));
}

TEST(ConnectionOptions, HaveNoTraceOfTheLastHead) {
  ConnectionOptions options;
  options.close = options.keep_alive = options.upgrade = true;
  options.nominated = {"X-A", "X-B"};
  options.named_count = 2;
  options.clear();
  EXPECT_FALSE(options.close || options.keep_alive || options.upgrade);
  EXPECT_TRUE(options.nominated.empty());
  EXPECT_EQ(options.named_count, 0U);
}

}  // namespace
}  // namespace wayside::http
