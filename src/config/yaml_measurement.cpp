#include "config/yaml_measurement.hpp"

#include "config/measurement_values.hpp"
#include "config/yaml_values.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace wayside::config {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

// What the new names may be is checked when all of the settings are known: see consistency.hpp.
void read_names(const YamlValue& value, Names& names, YamlMistakes& mistakes) {
  read_entries(
      value,
      [&](const std::string& name, const YamlValue& entry) {
        if (auto text = read_text(entry, mistakes)) names.insert_or_assign(name, *std::move(text));
      },
      mistakes);
}

void read_renaming(const YamlValue& value, metrics::Renaming& renaming, YamlMistakes& mistakes) {
  const std::array keys = {
      YamlKey{"families", [&](const YamlValue& v) { read_names(v, renaming.families, mistakes); }},
      YamlKey{"labels", [&](const YamlValue& v) { read_names(v, renaming.labels, mistakes); }},
  };
  read_mapping(value, keys, mistakes);
}

// `tenant: {header: X-Tenant, values: [a, b], other: other}`
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
    mistakes.add(
        value.line, value.key,
        "expected another value for all others, found " + quoted(label.label.other) + " among the values");
  }
  labels.push_back(std::move(label));
}

void read_labels(const YamlValue& value, std::vector<HeaderLabel>& labels, YamlMistakes& mistakes) {
  labels.clear();
  read_entries(
      value,
      [&](const std::string& name, const YamlValue& entry) { read_label(name, entry, labels, mistakes); },
      mistakes);
  std::vector<metrics::ExtraLabel> extra;
  for (const HeaderLabel& label : labels)
    extra.push_back(label.label);
  if (metrics::variant_count(extra) > metrics::kMaxVariants) {
    mistakes.add(
        value.line, value.key,
        "expected at most " + std::to_string(metrics::kMaxVariants) + " combinations of values, found more");
  }
}

}  // namespace

std::vector<YamlKey> measurement_keys(Measurement& measurement, YamlMistakes& mistakes) {
  return {
      {"buckets",
       [&](const YamlValue& v) { read_values(v, parse_buckets, measurement.defaults.buckets, mistakes); }},
      {"histograms",
       [&](const YamlValue& v) { read_values(v, parse_histograms, measurement.defaults.extras, mistakes); }},
      {"max_series",
       [&](const YamlValue& v) { read_value(v, parse_max_series, measurement.max_series, mistakes); }},
      {"route_header",
       [&](const YamlValue& v) { read_value(v, parse_route_header, measurement.route_header, mistakes); }},
      {"labels", [&](const YamlValue& v) { read_labels(v, measurement.labels, mistakes); }},
      {"rename", [&](const YamlValue& v) { read_renaming(v, measurement.renaming, mistakes); }},
  };
}

}  // namespace wayside::config
