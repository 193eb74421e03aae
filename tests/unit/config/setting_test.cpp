#include "config/setting.hpp"

#include "wayside/config/load.hpp"

#include "config/yaml_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace wayside::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Setting& with_key(std::string_view key) {
  const auto found = std::ranges::find(settings(), key, &Setting::key);
  EXPECT_NE(found, settings().end()) << key;
  return *found;
}

TEST(Setting, KeysAndFlagsAreUnique) {
  std::set<std::string_view> keys;
  std::set<std::string_view> flags;
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
    if (!setting.has_flag()) continue;
    EXPECT_TRUE(flags.insert(setting.flag.name).second) << setting.flag.name;
  }
}

TEST(Setting, NoKeyIsAGroupAsWell) {
  for (const Setting& setting : settings()) {
    for (const Setting& other : settings()) {
      EXPECT_FALSE(!setting.key.empty() && other.key.starts_with(std::string(setting.key) + "."))
          << setting.key << " and " << other.key;
    }
  }
}

TEST(Setting, HasAKeyOrAFlag) {
  for (const Setting& setting : settings()) {
    EXPECT_TRUE(!setting.key.empty() || setting.has_flag());
    EXPECT_TRUE(setting.text() != nullptr || !setting.has_flag()) << setting.key << ": a flag is a text";
  }
}

TEST(Setting, IsDescribed) {
  for (const Setting& setting : settings()) {
    EXPECT_FALSE(setting.help.empty()) << setting.key << ": say what it is, for --help and the man page";
    EXPECT_FALSE(setting.help.ends_with('.')) << setting.key;
    EXPECT_FALSE(setting.accepted().text.empty()) << setting.key << ": say what it takes";
  }
}

TEST(Setting, TakesTheWordsThatItNames) {
  for (const Setting& setting : settings()) {
    for (const std::string_view word : setting.accepted().words) {
      Settings scratch;
      const std::vector<std::string> texts = {std::string(word)};
      const auto mistake = setting.text()->set({texts}, scratch);
      EXPECT_FALSE(mistake.has_value()) << setting.key << ": " << mistake->text;
    }
  }
}

TEST(Setting, PrintsWhatItReads) {
  for (const Setting& setting : settings()) {
    const auto* const value = std::get_if<TextValue>(&setting.value);
    if (value == nullptr) continue;
    const std::vector<std::string> texts = value->print(Settings{});
    if (texts.empty()) continue;
    Settings again;
    const auto mistake = value->set({texts}, again);
    EXPECT_FALSE(mistake.has_value()) << setting.key << ": " << mistake->text;
    EXPECT_EQ(value->print(again), texts) << setting.key;
  }
}

TEST(Setting, IsAVariableToo) {
  EXPECT_EQ(variable_of(with_key("metrics.listen")), "WAYSIDE_METRICS_LISTEN");
  EXPECT_EQ(variable_of(with_key("")), "WAYSIDE_CONFIG");
}

TEST(Setting, HasADefault) {
  EXPECT_EQ(default_of(with_key("listen")), "0.0.0.0:8080");
  EXPECT_EQ(default_of(with_key("backend.max_connections")), "none");
  EXPECT_EQ(default_of(with_key("openapi")), "none");
  EXPECT_EQ(default_of(with_key("metrics.histograms")), "[]");
  EXPECT_EQ(default_of(with_key("unmatched")), "fold with routes, guess without");
  EXPECT_EQ(default_of(with_key("routes")), "");
}

TEST(Setting, OfAGroupIsItsShortForm) {
  for (const Setting& setting : settings()) {
    const std::string_view key = setting.key.substr(0, setting.key.find('.'));
    const Group* const group = find_group(key);
    if (group != nullptr && !group->short_form.empty()) {
      EXPECT_TRUE(std::holds_alternative<TextValue>(with_key(group->short_form).value));
    }
  }
  ASSERT_NE(find_group("backend"), nullptr);
  EXPECT_EQ(find_group("backend")->short_form, "backend.url");
  EXPECT_EQ(find_group("timeouts"), nullptr);
}

TEST(Setting, IsAppliedWithItsSource) {
  Settings settings;
  std::vector<std::string> errors;
  const std::vector<GivenValue> given = {
      {&with_key("metrics.naming"), "--naming", {"http,flask", "otel"}},
      {&with_key("workers"), "WAYSIDE_WORKERS", {"3"}},
      {&with_key("listen"), "--listen", {"here"}},
      {&with_key("openapi"), "--openapi", {"api.yaml,b.json"}},
  };
  apply(given, settings, errors);
  EXPECT_THAT(settings.namings,
              ElementsAre(metrics::Naming::kHttp, metrics::Naming::kFlask, metrics::Naming::kOtel));
  EXPECT_EQ(settings.workers, 3U);
  EXPECT_THAT(settings.openapi, ElementsAre(OpenApiDocument{"api.yaml"}, OpenApiDocument{"b.json"}))
      << "relative to the current directory";
  EXPECT_THAT(errors, ElementsAre(R"(--listen: expected host:port or unix:/path, found "here")"));
}

// The words of the table, and those of the modules whose enums they are.
TEST(Setting, WordsAreThoseOfTheirModules) {
  for (const auto& word : kLogLevelWords)
    EXPECT_EQ(word.text, wayside::to_string(word.value));
  for (const auto& word : kUnmatchedWords)
    EXPECT_EQ(word.text, routes::to_string(word.value));
}

}  // namespace
}  // namespace wayside::config
