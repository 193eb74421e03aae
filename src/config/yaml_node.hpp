// Reading a YAML tree strictly: what kind a node is, which keys a mapping may have, and where each mistake
// stands.
//
// Knows YAML and none of the settings. A key is named as a path from the root: "routes[3].methods".
#pragma once

#include "config/mistake.hpp"

#include <yaml-cpp/node/node.h>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::config {

// Collects "file:line: key: what is wrong", or "file:line:column: …", to be read in the order of the lines.
class YamlMistakes {
 public:
  explicit YamlMistakes(std::string file) : file_(std::move(file)) {}

  // `key` is empty for a mistake of the whole file; `line` counts from 1, and so does `column`, which is 0
  // where the whole value is meant.
  void add(std::size_t line, std::string_view key, std::string_view text, std::size_t column = 0);

  std::size_t size() const noexcept { return by_line_.size(); }

  std::vector<std::string> take() &&;

 private:
  std::string file_;
  std::multimap<std::size_t, std::string> by_line_;
};

// A value and where it stands.
struct YamlValue {
  YAML::Node node;
  std::string key;       // the path from the root: "routes[3].methods"; empty for the root
  std::size_t line = 1;  // from 1; of the key, where the value is empty and has no place of its own
};

// From 1.
std::size_t line_of(const YAML::Node& node);

// The name of the node in a mistake: its text in quotes, "a list", "a mapping" or "nothing".
std::string describe(const YAML::Node& node);

// Calls `read` with the root of the only document in `text`, unless there is none. Returns every mistake,
// those of the syntax among them, in the order of the lines; `file` is the name that they begin with.
std::vector<std::string> read_document(const std::string& file, const std::string& text,
                                       const std::function<void(const YamlValue& root, YamlMistakes&)>& read);

// A key that a mapping may have, and the reader of its value.
struct YamlKey {
  std::string_view name;
  std::function<void(const YamlValue&)> read;
};

// Calls the reader of each key that is there. Anything but a mapping, an unknown key and a key that stands
// there twice are mistakes; an empty value is an empty mapping.
void read_mapping(const YamlValue& mapping, std::span<const YamlKey> keys, YamlMistakes& mistakes);

// The same for a mapping with any keys: calls `read_entry` with each key and its value.
void read_entries(const YamlValue& mapping,
                  const std::function<void(const std::string& name, const YamlValue&)>& read_entry,
                  YamlMistakes& mistakes);

// Calls `read_item` for each item. Anything but a list is a mistake; an empty value is an empty list.
void read_list(const YamlValue& list, const std::function<void(const YamlValue&)>& read_item,
               YamlMistakes& mistakes);

// The text of a scalar; anything else is a mistake.
std::optional<std::string> read_text(const YamlValue& value, YamlMistakes& mistakes);

// A scalar, or a list of scalars; anything else is a mistake.
std::optional<std::vector<std::string>> read_texts(const YamlValue& value, YamlMistakes& mistakes);

// Stores what `parse` makes of the text of a scalar, or adds its mistake.
template <class Parse, class Out>
void read_value(const YamlValue& value, Parse parse, Out& out, YamlMistakes& mistakes) {
  const auto text = read_text(value, mistakes);
  if (!text) return;
  auto parsed = parse(*text);
  if (parsed.has_error()) return mistakes.add(value.line, value.key, parsed.error().text);
  out = *std::move(parsed);
}

// The same of a scalar or a list of scalars.
template <class Parse, class Out>
void read_values(const YamlValue& value, Parse parse, Out& out, YamlMistakes& mistakes) {
  const auto texts = read_texts(value, mistakes);
  if (!texts) return;
  auto parsed = parse(*texts);
  if (parsed.has_error()) return mistakes.add(value.line, value.key, parsed.error().text);
  out = *std::move(parsed);
}

}  // namespace wayside::config
