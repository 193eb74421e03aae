// The example configurations load, and the reference holds the defaults.
#include "wayside/config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace wayside::config {
namespace {

using testing::IsEmpty;

const std::filesystem::path kFolder = std::filesystem::path(WAYSIDE_SOURCE_DIR) / "config";

Settings load_file(const std::filesystem::path& file) {
  const std::vector<const char*> argv = {"wayside", "--check", "--config", file.c_str()};
  const auto invocation = load(argv, {});
  EXPECT_THAT(invocation.has_error() ? invocation.error().lines : std::vector<std::string>{}, IsEmpty());
  return invocation.has_value() ? invocation->settings : Settings{};
}

TEST(Examples, AllLoad) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_THAT(load_file(entry.path()).routes, Not(IsEmpty())) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 3);
}

TEST(Examples, TheReferenceHoldsTheDefaults) {
  Settings settings = load_file(kFolder / "wayside.yaml");
  settings.routes.clear();
  settings.file.clear();
  EXPECT_EQ(settings.unmatched, routes::UnmatchedPolicy::kFold) << "the default beside routes";
  settings.unmatched.reset();
  EXPECT_EQ(settings, Settings{});
}

TEST(Examples, TheFlaskOneSpeaksFlask) {
  EXPECT_EQ(load_file(kFolder / "flask.yaml").namings, std::vector{metrics::Naming::kFlask});
}

}  // namespace
}  // namespace wayside::config
