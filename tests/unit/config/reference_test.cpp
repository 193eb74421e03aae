#include "wayside/config/reference.hpp"

#include "config/setting.hpp"
#include "config/yaml_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace wayside::config {
namespace {

TEST(Reference, HasEverySetting) {
  const Reference all = reference();
  ASSERT_EQ(all.settings.size(), settings().size());
  const auto workers = std::ranges::find(all.settings, "workers", &SettingText::key);
  ASSERT_NE(workers, all.settings.end());
  EXPECT_EQ(workers->accepted, "a number from 1 to 1024, or auto");
  EXPECT_EQ(workers->default_text, "1");
  EXPECT_EQ(workers->flag, "--workers");
  EXPECT_EQ(workers->variable, "WAYSIDE_WORKERS");
}

TEST(Reference, HasEveryOptionWithItsWords) {
  const Reference all = reference();
  const auto naming = std::ranges::find(all.options, "--naming", &OptionText::flag);
  ASSERT_NE(naming, all.options.end());
  EXPECT_THAT(naming->words, testing::ElementsAre("http", "flask", "otel"));
  EXPECT_THAT(naming->help, testing::HasSubstr("a list of http, flask or otel; default: http"));
  for (const char* flag : {"--help", "--explain", "--verbose"})
    EXPECT_NE(std::ranges::find(all.options, flag, &OptionText::flag), all.options.end()) << flag;
}

TEST(Reference, HasEveryKeyOfARoute) {
  const Reference all = reference();
  ASSERT_EQ(all.route_keys.size(), route_keys().size());
  for (const RouteKeyText& key : all.route_keys)
    EXPECT_FALSE(key.help.empty()) << key.key;
}

}  // namespace
}  // namespace wayside::config
