// Settings from the text of a YAML file, for tests.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/yaml_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::config {

// The defaults, with what the text sets. A mistake in it fails the test.
inline Settings read(const std::string& text) {
  Settings settings;
  EXPECT_THAT(read_yaml("f.yaml", text, settings), testing::IsEmpty()) << text;
  return settings;
}

inline std::vector<std::string> mistakes_of(const std::string& text) {
  Settings settings;
  return read_yaml("f.yaml", text, settings);
}

}  // namespace wayside::config
