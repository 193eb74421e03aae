#include "config/yaml_openapi.hpp"

#include "config/values.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace wayside::config {
namespace {

Parsed<std::string> parse_file(std::string_view text) {
  if (text.empty()) return expected("the path of a file", text);
  return Parsed<std::string>{boost::system::in_place_value, text};
}

// "/v1/" is "/v1", and "/" is "".
Parsed<std::optional<std::string>> parse_prefix(std::string_view text) {
  const bool is_path = text.starts_with('/') && text.find_first_of("?#") == text.npos;
  if (!is_path) return expected("a path that begins with /, without ? and #", text);
  while (text.ends_with('/'))
    text.remove_suffix(1);
  return Parsed<std::optional<std::string>>{boost::system::in_place_value, std::string(text)};
}

void read_document(const YamlValue& value, Settings& settings, YamlMistakes& mistakes) {
  OpenApiDocument document;
  if (value.node.IsMap()) {
    const std::array keys = {
        YamlKey{"file", [&](const YamlValue& v) { read_value(v, parse_file, document.file, mistakes); }},
        YamlKey{"prefix",
                [&](const YamlValue& v) { read_value(v, parse_prefix, document.prefix, mistakes); }},
    };
    read_mapping(value, keys, mistakes);
    if (!value.node["file"]) mistakes.add(value.line, value.key, "expected a file, found none");
  } else if (value.node.IsScalar()) {
    read_value(value, parse_file, document.file, mistakes);
  } else {
    mistakes.add(
        value.line, value.key,
        "expected the path of a file, or a mapping with file and prefix, found " + describe(value.node));
  }
  if (document.file.empty()) return;
  document.file = (std::filesystem::path(settings.file).parent_path() / document.file).string();
  settings.openapi.push_back(std::move(document));
}

}  // namespace

void read_openapi(const YamlValue& value, Settings& settings, YamlMistakes& mistakes) {
  settings.openapi.clear();
  if (!value.node.IsSequence()) return read_document(value, settings, mistakes);
  const auto read_item = [&](const YamlValue& item) { read_document(item, settings, mistakes); };
  read_list(value, read_item, mistakes);
}

// In full, so that the text does not depend on where it is read.
void print_openapi(const Settings& settings, YAML::Emitter& out) {
  out << YAML::BeginSeq;
  for (const OpenApiDocument& document : settings.openapi) {
    const std::string file = std::filesystem::absolute(document.file).string();
    if (!document.prefix) {
      out << YAML::DoubleQuoted << file;
      continue;
    }
    out << YAML::Flow << YAML::BeginMap << YAML::Key << "file" << YAML::Value << YAML::DoubleQuoted << file
        << YAML::Key << "prefix" << YAML::Value << YAML::DoubleQuoted
        << (document.prefix->empty() ? "/" : *document.prefix) << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

}  // namespace wayside::config
