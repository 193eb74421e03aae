#include "config/yaml_node.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <utility>

namespace wayside::config {
namespace {

void add_wrong_kind(const YamlValue& value, std::string_view kind, YamlMistakes& mistakes) {
  mistakes.add(value.line, value.key, fmt::format("expected {}, found {}", kind, describe(value.node)));
}

std::string join(const std::string& parent, const std::string& name) {
  return parent.empty() ? name : parent + "." + name;
}

// Reads each entry once; where `known` is given, keys that are not in it are mistakes.
void read_known_entries(const YamlValue& mapping, const std::optional<std::vector<std::string_view>>& known,
                        const std::function<void(const std::string& name, const YamlValue&)>& read_entry,
                        YamlMistakes& mistakes) {
  if (mapping.node.IsNull()) return;
  if (!mapping.node.IsMap()) return add_wrong_kind(mapping, "a mapping", mistakes);
  std::map<std::string, std::size_t> seen;  // and on which line
  for (const auto& entry : mapping.node) {
    const std::size_t line = line_of(entry.first);
    if (!entry.first.IsScalar()) {
      mistakes.add(line, mapping.key, "expected a key, found " + describe(entry.first));
      continue;
    }
    const std::string& name = entry.first.Scalar();
    if (known && std::ranges::find(*known, name) == known->end()) {
      // The key may be any text: it is shown in quotes, and is no part of the path.
      mistakes.add(line, mapping.key, unknown_word("a known key", name, *known));
      continue;
    }
    const auto [first, is_new] = seen.emplace(name, line);
    if (!is_new) {
      mistakes.add(line, join(mapping.key, name),
                   fmt::format("expected once, found again after line {}", first->second));
      continue;
    }
    read_entry(name,
               {entry.second, join(mapping.key, name), entry.second.IsNull() ? line : line_of(entry.second)});
  }
}

// To YAML, the braces of [/users/{id}] are a mapping, and the list has no end.
std::string hint_for(const YAML::Exception& error) {
  const bool is_in_brackets =
      error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW || error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW;
  return is_in_brackets ? R"( (within brackets, quote a template that has brackets: ["/users/{id}"]))" : "";
}

}  // namespace

void YamlMistakes::add(std::size_t line, std::string_view key, std::string_view text, std::size_t column) {
  std::string place = fmt::format("{}:{}", file_, line);
  if (column != 0) place += fmt::format(":{}", column);
  if (!key.empty()) place += fmt::format(": {}", key);
  by_line_.emplace(line, fmt::format("{}: {}", place, text));
}

std::vector<std::string> YamlMistakes::take() && {
  std::vector<std::string> lines;
  for (auto& [line, text] : by_line_)
    lines.push_back(std::move(text));
  return lines;
}

std::size_t line_of(const YAML::Node& node) {
  const int line = node.Mark().line;  // from 0; -1 where the node has no place
  return static_cast<std::size_t>(std::max(line, 0)) + 1;
}

std::string describe(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return in_quotes(node.Scalar());
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      break;
  }
  return "nothing";
}

std::vector<std::string> read_document(const std::string& file, const std::string& text,
                                       const std::function<void(const YamlValue&, YamlMistakes&)>& read) {
  YamlMistakes mistakes(file);
  // yaml-cpp throws for mistakes of the syntax, and only here.
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      mistakes.add(line_of(documents[1]), {}, "expected one document, found another");
    } else if (!documents.empty()) {
      read({documents.front(), {}, line_of(documents.front())}, mistakes);
    }
    return std::move(mistakes).take();
  } catch (const YAML::Exception& error) {
    YamlMistakes of_syntax(file);
    of_syntax.add(static_cast<std::size_t>(std::max(error.mark.line, 0)) + 1, {},
                  fmt::format("expected valid YAML, found a mistake: {}{}", error.msg, hint_for(error)));
    return std::move(of_syntax).take();
  }
}

void read_mapping(const YamlValue& mapping, std::span<const YamlKey> keys, YamlMistakes& mistakes) {
  std::vector<std::string_view> known;
  for (const YamlKey& key : keys)
    known.push_back(key.name);
  const auto read_entry = [&](const std::string& name, const YamlValue& value) {
    std::ranges::find(keys, name, &YamlKey::name)->read(value);
  };
  read_known_entries(mapping, known, read_entry, mistakes);
}

void read_entries(const YamlValue& mapping,
                  const std::function<void(const std::string& name, const YamlValue&)>& read_entry,
                  YamlMistakes& mistakes) {
  read_known_entries(mapping, std::nullopt, read_entry, mistakes);
}

void read_list(const YamlValue& list, const std::function<void(const YamlValue&)>& read_item,
               YamlMistakes& mistakes) {
  if (list.node.IsNull()) return;
  if (!list.node.IsSequence()) return add_wrong_kind(list, "a list", mistakes);
  std::size_t index = 0;
  for (const YAML::Node& item : list.node) {
    read_item({item, fmt::format("{}[{}]", list.key, index++), line_of(item)});
  }
}

std::optional<std::string> read_text(const YamlValue& value, YamlMistakes& mistakes) {
  if (value.node.IsScalar()) return value.node.Scalar();
  add_wrong_kind(value, "one value", mistakes);
  return std::nullopt;
}

std::optional<std::vector<std::string>> read_texts(const YamlValue& value, YamlMistakes& mistakes) {
  if (value.node.IsScalar()) return std::vector{value.node.Scalar()};
  if (!value.node.IsSequence()) {
    add_wrong_kind(value, "a value or a list of values", mistakes);
    return std::nullopt;
  }
  std::vector<std::string> texts;
  bool is_readable = true;
  const auto read_item = [&](const YamlValue& item) {
    const auto text = read_text(item, mistakes);
    if (text) texts.push_back(*text);
    is_readable = is_readable && text.has_value();
  };
  read_list(value, read_item, mistakes);
  if (!is_readable) return std::nullopt;
  return texts;
}

}  // namespace wayside::config
