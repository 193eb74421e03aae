// docs/configuration.md and config/wayside.yaml document every setting, with its default, and no other.
#include "config/setting.hpp"
#include "config/yaml_routes.hpp"
#include "config/yaml_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

std::vector<std::string> lines_of(const char* file) {
  std::ifstream in(std::filesystem::path(WAYSIDE_SOURCE_DIR) / file);
  EXPECT_TRUE(in) << file;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

using TableRow = std::map<std::string, std::string>;  // the cells by the heads of their columns

// The cells of "| `a` | b |", without backticks.
std::vector<std::string> cells_of(std::string line) {
  std::erase(line, '`');
  std::vector<std::string> cells;
  for (std::size_t from = line.find('|'); from != line.npos; from = line.find('|', from)) {
    const std::size_t end = line.find('|', ++from);
    if (end == line.npos) break;
    std::string cell = line.substr(from, end - from);
    cell.erase(0, cell.find_first_not_of(' '));
    cell.erase(cell.find_last_not_of(' ') + 1);
    cells.push_back(cell);
  }
  return cells;
}

// The rows of all tables of docs/configuration.md whose columns have all of `heads`.
std::vector<TableRow> rows_with(const std::vector<std::string>& heads) {
  std::vector<TableRow> rows;
  std::vector<std::string> columns;
  bool is_wanted = false;
  for (const std::string& line : lines_of("docs/configuration.md")) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.empty()) {
      columns.clear();
    } else if (columns.empty()) {
      columns = cells;
      is_wanted = std::ranges::all_of(
          heads, [&](const std::string& head) { return std::ranges::find(columns, head) != columns.end(); });
    } else if (is_wanted && !cells.front().starts_with("---")) {
      TableRow row;
      for (std::size_t i = 0; i < std::min(cells.size(), columns.size()); ++i)
        row.emplace(columns[i], cells[i]);
      rows.push_back(row);
    }
  }
  return rows;
}

// The setting of a row; null where there is none. Rows such as "timeouts.…" lead to other tables.
const Setting* setting_of(const TableRow& row) {
  const auto found = std::ranges::find_if(settings(), [&](const Setting& setting) {
    if (setting.key != row.at("key")) return false;
    return !setting.key.empty() || row.at("command line") == fmt::format("--{}", setting.flag.name);
  });
  return found == settings().end() ? nullptr : &*found;
}

bool leads_elsewhere(const TableRow& row) {
  return row.at("key").ends_with(".…");
}

// "metrics: {naming: http}"
std::string as_yaml(std::string_view key, const std::string& value) {
  const std::size_t dot = key.find('.');
  if (dot == key.npos) return fmt::format("{}: {}", key, value);
  return fmt::format("{}: {{{}}}", key.substr(0, dot), as_yaml(key.substr(dot + 1), value));
}

TEST(ConfigurationPage, DocumentsEverySettingOnce) {
  std::map<const Setting*, int> found;
  for (const TableRow& row : rows_with({"key", "default"})) {
    if (leads_elsewhere(row)) continue;
    const Setting* const setting = setting_of(row);
    EXPECT_NE(setting, nullptr) << "no such setting: " << row.at("key");
    ++found[setting];
  }
  for (const Setting& setting : settings())
    EXPECT_EQ(found[&setting], 1) << setting.key;
}

TEST(ConfigurationPage, NamesFlagsAndVariables) {
  for (const TableRow& row : rows_with({"key", "default"})) {
    const Setting* const setting = setting_of(row);
    if (setting == nullptr) continue;
    const bool has_flag = row.contains("command line") && !row.at("command line").empty();
    ASSERT_EQ(has_flag, setting->has_flag()) << setting->key;
    if (!has_flag) continue;
    EXPECT_EQ(row.at("command line"), fmt::format("--{}", setting->flag.name));
    EXPECT_EQ(row.at("environment"), variable_of(*setting));
  }
}

TEST(ConfigurationPage, NamesTheDefaults) {
  for (const TableRow& row : rows_with({"key", "default"})) {
    const Setting* const setting = setting_of(row);
    if (setting == nullptr) continue;
    const std::string& text = row.at("default");
    const auto* const value = std::get_if<TextValue>(&setting->value);
    if (value == nullptr) {
      const std::string default_text = default_of(*setting);
      EXPECT_EQ(text, default_text.empty() ? "none" : default_text) << setting->key;
    } else if (!setting->default_text.empty()) {
      EXPECT_EQ(text, setting->default_text) << setting->key;
    } else if (value->print(Settings{}).empty() && !value->is_list) {
      EXPECT_EQ(text, "none") << setting->key;
    } else {
      Settings read;
      EXPECT_THAT(read_yaml("docs/configuration.md", as_yaml(setting->key, text), read), IsEmpty())
          << setting->key;
      EXPECT_EQ(value->print(read), value->print(Settings{})) << setting->key;
    }
  }
}

// Words beyond on and off, of which the text explains one.
TEST(ConfigurationPage, NamesTheWordsThatASettingTakes) {
  std::vector<std::string> lines = lines_of("docs/configuration.md");
  std::ranges::move(lines_of("docs/routes.md"), std::back_inserter(lines));
  for (const Setting& setting : settings()) {
    const std::vector<std::string_view> words = setting.accepted().words;
    if (words == std::vector<std::string_view>{"on", "off"}) continue;
    if (words == std::vector<std::string_view>{"true", "false"}) continue;
    for (const std::string_view word : words) {
      const std::regex whole(fmt::format("\\b{}\\b", word));
      EXPECT_TRUE(
          std::ranges::any_of(lines, [&](const std::string& line) { return std::regex_search(line, whole); }))
          << setting.key << ": " << word;
    }
  }
}

TEST(ConfigurationPage, DocumentsEveryKeyOfARoute) {
  std::vector<std::string> keys;
  for (const TableRow& row : rows_with({"key of a route"}))
    keys.push_back(row.at("key of a route"));
  EXPECT_THAT(keys, UnorderedElementsAreArray(route_keys()));
}

// config/wayside.yaml with its examples in force: "#openapi: api.yaml" is a setting, "# text" is a comment.
std::string reference() {
  static const std::regex example("^( *)#([a-z_]+:)");
  std::string text;
  for (const std::string& line : lines_of("config/wayside.yaml"))
    text += std::regex_replace(line, example, "$1$2") + "\n";
  return text;
}

TEST(Reference, NamesEverySettingAndNoOther) {
  Settings settings_read;
  EXPECT_THAT(read_yaml("config/wayside.yaml", reference(), settings_read), IsEmpty());
  const YAML::Node root = YAML::Load(reference());
  for (const Setting& setting : settings()) {
    if (setting.key.empty()) continue;
    YAML::Node node = root;
    for (std::string_view rest = setting.key; !rest.empty() && node.IsDefined();) {
      const std::string name(rest.substr(0, rest.find('.')));
      rest.remove_prefix(std::min(name.size() + 1, rest.size()));
      node.reset(YAML::Node(node)[name]);
    }
    EXPECT_TRUE(node.IsDefined()) << setting.key;
  }
}

TEST(Reference, NamesEveryKeyOfARoute) {
  const YAML::Node routes = YAML::Load(reference())["routes"];
  for (const std::string_view key : route_keys()) {
    EXPECT_TRUE(std::any_of(routes.begin(), routes.end(), [&](const YAML::Node& route) {
      return route.IsMap() && route[std::string(key)].IsDefined();
    })) << key;
  }
}

}  // namespace
}  // namespace wayside::config
