// The example configurations that come with wayside are read by people and must be true.
#include "wayside/config/load.hpp"

#include "config/limit_keys.hpp"
#include "config/timeout_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace wayside::config {
namespace {

using testing::HasSubstr;
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
  EXPECT_EQ(settings.unmatched, routes::Unmatched::kFold) << "the default beside routes";
  settings.unmatched.reset();
  EXPECT_EQ(settings, Settings{});
}

TEST(Examples, TheReferenceNamesEveryKey) {
  std::ostringstream text;
  text << std::ifstream(kFolder / "wayside.yaml").rdbuf();
  for (const char* key :
       {"listen:",   "backend:",    "workers:",    "log_level:",    "metrics:", "naming:",
        "timeouts:", "routes:",     "path:",       "methods:",      "name:",    "access_log:",
        "buckets:",  "histograms:", "max_series:", "route_header:", "labels:",  "rename:",
        "slo:",      "exclude:",    "inspector:",  "examples:"}) {
    EXPECT_THAT(text.str(), HasSubstr(key));
  }
  for (const TimeoutKey& key : kTimeoutKeys)
    EXPECT_THAT(text.str(), HasSubstr(std::string(key.name) + ":"));
  for (const auto& key : kLimitKeys)
    EXPECT_THAT(text.str(), HasSubstr(std::string(key.name) + ":"));
  for (const auto& key : kRouteLimitKeys)
    EXPECT_THAT(text.str(), HasSubstr(std::string(key.name) + ":"));
}

TEST(Examples, TheFlaskOneSpeaksFlask) {
  EXPECT_EQ(load_file(kFolder / "flask.yaml").namings, std::vector{metrics::Naming::kFlask});
}

}  // namespace
}  // namespace wayside::config
