// A YAML value, by a parser of text, into a setting.
#pragma once

#include "config/mistake.hpp"
#include "config/yaml_node.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::config {

// Stores the value, or adds what is wrong with it.
template <class T, class Out>
void take(Parsed<T> parsed, const YamlValue& value, Out& out, YamlMistakes& mistakes) {
  if (parsed.has_error()) return mistakes.add(value.line, value.key, parsed.error().text);
  out = *std::move(parsed);
}

template <class T, class Out>
void read_value(const YamlValue& value, Parsed<T> (*parse)(std::string_view), Out& out,
                YamlMistakes& mistakes) {
  if (const auto text = read_text(value, mistakes)) take(parse(*text), value, out, mistakes);
}

// One value or a list of them.
template <class T, class Out>
void read_values(const YamlValue& value, Parsed<T> (*parse)(std::span<const std::string>), Out& out,
                 YamlMistakes& mistakes) {
  if (const auto texts = read_texts(value, mistakes)) take(parse(*texts), value, out, mistakes);
}

}  // namespace wayside::config
