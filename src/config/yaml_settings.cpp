#include "config/yaml_settings.hpp"

#include "wayside/config/load.hpp"

#include "config/setting.hpp"
#include "config/yaml_node.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace wayside::config {
namespace {

// A key of a mapping: a setting, or a group of settings.
struct Child {
  std::string_view name;
  const Setting* setting;  // null for a group
};

// The keys of the mapping at `path`, in the order of the table.
std::vector<Child> children_of(std::string_view path) {
  std::vector<Child> children;
  for (const Setting& setting : settings()) {
    std::string_view rest = setting.key;
    if (!path.empty()) {
      if (!rest.starts_with(path) || rest.substr(path.size(), 1) != ".") continue;
      rest.remove_prefix(path.size() + 1);
    }
    const std::string_view name = rest.substr(0, rest.find('.'));
    if (name.empty() || std::ranges::find(children, name, &Child::name) != children.end()) continue;
    children.push_back({name, name == rest ? &setting : nullptr});
  }
  return children;
}

const Setting& setting_of(std::string_view key) {
  return *std::ranges::find(settings(), key, &Setting::key);
}

// One document on its way into the settings.
class SettingsReader {
 public:
  SettingsReader(const std::string& file, Settings& settings, Places* places, YamlMistakes& mistakes)
      : file_(file),
        settings_(settings),
        folder_(std::filesystem::path(settings.file).parent_path()),
        places_(places),
        mistakes_(mistakes) {}

  void read(const YamlValue& root) {
    read_mapping_of(root);
    for (const auto& [value, structured] : structured_)
      structured->read(value, settings_, mistakes_);
  }

 private:
  void read_mapping_of(const YamlValue& group) {
    std::vector<YamlKey> keys;
    for (const Child& child : children_of(group.key)) {
      keys.push_back({child.name, [this, setting = child.setting](const YamlValue& value) {
                        setting != nullptr ? read_setting(*setting, value) : read_group(value);
                      }});
    }
    read_mapping(group, keys, mistakes_);
  }

  void read_group(const YamlValue& value) {
    const Group* const group = find_group(value.key);
    if (group != nullptr && !group->short_form.empty() && !value.node.IsMap()) {
      return read_setting(setting_of(group->short_form), value);
    }
    read_mapping_of(value);
    if (group == nullptr || group->check == nullptr) return;
    if (const auto mistake = group->check(settings_)) mistakes_.add(value.line, value.key, mistake->text);
  }

  void read_setting(const Setting& setting, const YamlValue& value) {
    if (places_ != nullptr) note_places(setting, value);
    if (const auto* const structured = std::get_if<StructuredValue>(&setting.value)) {
      structured_.emplace_back(value, structured);
      return;
    }
    const auto& text_value = std::get<TextValue>(setting.value);
    const auto texts = text_value.is_list ? read_texts(value, mistakes_) : read_single_text(value);
    if (!texts) return;
    if (const auto mistake = text_value.set({*texts, folder_}, settings_)) {
      mistakes_.add(value.line, value.key, mistake->text);
    }
  }

  // The place of the value, and of each item or entry of it.
  void note_places(const Setting& setting, const YamlValue& value) {
    places_->set_line(setting.key, file_, value.line, value.key);
    if (setting.key == "routes") return;
    const auto note_part = [&](const std::string& key, const YAML::Node& part) {
      places_->set_line(key, file_, line_of(part), key);
    };
    if (value.node.IsSequence()) {
      for (std::size_t i = 0; i < value.node.size(); ++i)
        note_part(fmt::format("{}[{}]", value.key, i), value.node[i]);
    } else if (value.node.IsMap()) {
      for (const auto& entry : value.node) {
        if (entry.first.IsScalar())
          note_part(fmt::format("{}.{}", value.key, entry.first.Scalar()), entry.first);
      }
    }
  }

  std::optional<std::vector<std::string>> read_single_text(const YamlValue& value) {
    auto text = read_text(value, mistakes_);
    if (!text) return std::nullopt;
    return std::vector{*std::move(text)};
  }

  const std::string& file_;
  Settings& settings_;
  std::filesystem::path folder_;  // relative file names begin beside the file
  Places* places_;                // null: nobody asks
  YamlMistakes& mistakes_;
  std::vector<std::pair<YamlValue, const StructuredValue*>> structured_;
};

void print_texts(const std::vector<std::string>& texts, bool is_list, YAML::Emitter& out) {
  if (!is_list) {
    out << texts.front();
    return;
  }
  out << YAML::Flow << YAML::BeginSeq;
  for (const std::string& text : texts)
    out << text;
  out << YAML::EndSeq;
}

void print_mapping(std::string_view path, const Settings& settings, YAML::Emitter& out) {
  out << YAML::BeginMap;
  for (const Child& child : children_of(path)) {
    const auto key = [&] { out << YAML::Key << std::string(child.name) << YAML::Value; };
    if (child.setting == nullptr) {
      key();
      print_mapping(path.empty() ? child.name : fmt::format("{}.{}", path, child.name), settings, out);
    } else if (const auto* const structured = std::get_if<StructuredValue>(&child.setting->value)) {
      key();
      structured->print(settings, out);
    } else {
      const auto& value = std::get<TextValue>(child.setting->value);
      const std::vector<std::string> texts = value.print(settings);
      if (texts.empty() && !value.is_list) continue;
      key();
      print_texts(texts, value.is_list, out);
    }
  }
  out << YAML::EndMap;
}

}  // namespace

std::vector<std::string> read_yaml(const std::string& file, const std::string& text, Settings& settings,
                                   Places* places) {
  return read_document(file, text, [&](const YamlValue& root, YamlMistakes& mistakes) {
    SettingsReader(file, settings, places, mistakes).read(root);
  });
}

std::string to_yaml(const Settings& settings) {
  YAML::Emitter out;
  print_mapping({}, settings, out);
  return std::string(out.c_str()) + "\n";
}

}  // namespace wayside::config
