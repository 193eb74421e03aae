#include "config/yaml_measurement.hpp"

#include "config/values.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace wayside::config {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

void read_names(const YamlValue& value, Names& names, YamlMistakes& mistakes) {
  read_entries(
      value,
      [&](const std::string& name, const YamlValue& entry) {
        if (auto text = read_text(entry, mistakes)) names.insert_or_assign(name, *std::move(text));
      },
      mistakes);
}

void print_names(const char* key, const Names& names, YAML::Emitter& out) {
  out << YAML::Key << key << YAML::Value << YAML::BeginMap;
  for (const auto& [old_name, new_name] : names)
    out << YAML::Key << old_name << YAML::Value << new_name;
  out << YAML::EndMap;
}

void read_label(const std::string& name, const YamlValue& value, std::vector<HeaderLabel>& labels,
                YamlMistakes& mistakes) {
  HeaderLabel label;
  label.label.name = name;
  const std::array keys = {
      YamlKey{"header",
              [&](const YamlValue& v) { read_value(v, parse_header_name, label.header, mistakes); }},
      YamlKey{"values",
              [&](const YamlValue& v) { read_values(v, parse_label_values, label.label.values, mistakes); }},
      YamlKey{"other",
              [&](const YamlValue& v) { read_value(v, parse_label_value, label.label.other, mistakes); }},
  };
  read_mapping(value, keys, mistakes);
  if (!value.node.IsMap()) {
    if (value.node.IsNull())
      mistakes.add(value.line, value.key, "expected a header and values, found nothing");
    return;
  }
  if (!value.node["header"]) mistakes.add(value.line, value.key, "expected a header, found none");
  if (!value.node["values"]) mistakes.add(value.line, value.key, "expected values, found none");
  const auto& values = label.label.values;
  if (std::ranges::find(values, label.label.other) != values.end()) {
    mistakes.add(value.line, value.key,
                 fmt::format("expected another value for all others, found {} among the values",
                             in_quotes(label.label.other)));
  }
  labels.push_back(std::move(label));
}

}  // namespace

void read_labels(const YamlValue& value, Settings& settings, YamlMistakes& mistakes) {
  std::vector<HeaderLabel>& labels = settings.measurement.labels;
  labels.clear();
  read_entries(
      value,
      [&](const std::string& name, const YamlValue& entry) { read_label(name, entry, labels, mistakes); },
      mistakes);
  std::vector<metrics::ExtraLabel> extra;
  std::ranges::transform(labels, std::back_inserter(extra), &HeaderLabel::label);
  if (metrics::variant_count(extra) > metrics::kMaxVariants) {
    mistakes.add(
        value.line, value.key,
        fmt::format("expected at most {} combinations of values, found more", metrics::kMaxVariants));
  }
}

void print_labels(const Settings& settings, YAML::Emitter& out) {
  out << YAML::BeginMap;
  for (const HeaderLabel& label : settings.measurement.labels) {
    out << YAML::Key << label.label.name << YAML::Value << YAML::BeginMap;
    out << YAML::Key << "header" << YAML::Value << YAML::DoubleQuoted << label.header;
    out << YAML::Key << "values" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const std::string& value : label.label.values)
      out << YAML::DoubleQuoted << value;
    out << YAML::EndSeq << YAML::Key << "other" << YAML::Value << YAML::DoubleQuoted << label.label.other;
    out << YAML::EndMap;
  }
  out << YAML::EndMap;
}

void read_renaming(const YamlValue& value, Settings& settings, YamlMistakes& mistakes) {
  metrics::Renaming& renaming = settings.measurement.renaming;
  const std::array keys = {
      YamlKey{"families", [&](const YamlValue& v) { read_names(v, renaming.families, mistakes); }},
      YamlKey{"labels", [&](const YamlValue& v) { read_names(v, renaming.labels, mistakes); }},
  };
  read_mapping(value, keys, mistakes);
}

void print_renaming(const Settings& settings, YAML::Emitter& out) {
  const metrics::Renaming& renaming = settings.measurement.renaming;
  out << YAML::BeginMap;
  print_names("families", renaming.families, out);
  print_names("labels", renaming.labels, out);
  out << YAML::EndMap;
}

}  // namespace wayside::config
