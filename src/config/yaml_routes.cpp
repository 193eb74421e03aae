#include "config/yaml_routes.hpp"

#include "wayside/metrics/buckets.hpp"

#include "config/duration.hpp"
#include "config/measurement_values.hpp"
#include "config/values.hpp"
#include "config/yaml_values.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace wayside::config {
namespace {

// Where the text of a scalar begins, from 1; 0 where what stands there is not the text itself.
std::size_t column_of(const YAML::Node& node) {
  const YAML::Mark mark = node.Mark();
  if (mark.column < 0) return 0;
  const bool is_quoted = node.Tag() == "!";  // what yaml-cpp makes of quotes
  return static_cast<std::size_t>(mark.column) + (is_quoted ? 2 : 1);
}

// One item of the list.
class Item {
 public:
  Item(const YamlValue& value, std::size_t group, YamlMistakes& mistakes)
      : value_(value), group_(group), mistakes_(mistakes) {}

  void read(YamlRoutes& out) {
    if (value_.node.IsScalar()) {
      add_template(value_);
    } else if (value_.node.IsMap()) {
      read_mapping_item();
    } else {
      add("expected a template or a mapping with path or group, found " + describe(value_.node));
    }
    for (const YamlValue& path : templates_) {
      routes::RouteSpec spec = common_;
      spec.path = path.node.Scalar();
      spec.line = path.line;
      out.specs.push_back(std::move(spec));
      out.places.push_back({path.key, column_of(path.node)});
    }
  }

 private:
  void read_mapping_item() {
    bool has_path = false;
    bool has_group = false;
    const std::array keys = {
        YamlKey{"path",
                [&](const YamlValue& v) {
                  has_path = true;
                  if (read_text(v, mistakes_)) add_template({v.node, value_.key, v.line});
                }},
        YamlKey{"group",
                [&](const YamlValue& v) {
                  has_group = true;
                  read_group(v);
                }},
        YamlKey{"methods", [&](const YamlValue& v) { read_methods(v); }},
        YamlKey{"name", [&](const YamlValue& v) { read_name(v); }},
        YamlKey{"buckets", [&](const YamlValue& v) { read_buckets(v); }},
        YamlKey{"histograms", [&](const YamlValue& v) { read_histograms(v); }},
        YamlKey{"slo", [&](const YamlValue& v) { read_value(v, parse_duration, common_.slo, mistakes_); }},
        YamlKey{"exclude", [&](const YamlValue& v) { read_exclude(v); }},
    };
    read_mapping(value_, keys, mistakes_);
    if (has_path && has_group) add("expected a path or a group, found both");
    if (!has_path && !has_group) add("expected a path or a group, found none");
    if (has_group && common_.name.empty()) add("expected a name for the group, found none");
  }

  void add_template(const YamlValue& path) { templates_.push_back(path); }

  void read_group(const YamlValue& value) {
    common_.group = group_;
    if (value.node.IsSequence() && value.node.size() == 0) {
      mistakes_.add(value.line, value.key, "expected at least one template, found an empty list");
    }
    const auto read_item = [&](const YamlValue& item) {
      if (read_text(item, mistakes_)) add_template(item);
    };
    read_list(value, read_item, mistakes_);
  }

  void read_methods(const YamlValue& value) {
    const auto texts = read_texts(value, mistakes_);
    if (!texts) return;
    const auto methods = parse_methods(*texts);
    if (methods.has_error()) return mistakes_.add(value.line, value.key, methods.error().text);
    common_.methods = *methods;
  }

  void read_name(const YamlValue& value) {
    const auto text = read_text(value, mistakes_);
    if (!text) return;
    if (text->empty()) return mistakes_.add(value.line, value.key, expected("a name", *text).text);
    common_.name = *text;
  }

  void read_buckets(const YamlValue& value) {
    const auto texts = read_texts(value, mistakes_);
    if (!texts) return;
    std::vector<double> bounds;
    for (const std::string& text : *texts) {
      double bound = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
      if (error != std::errc() || end != text.data() + text.size()) {
        return mistakes_.add(value.line, value.key,
                             expected("bounds in seconds, as in [0.1, 0.5, 1]", text).text);
      }
      bounds.push_back(bound);
    }
    const auto buckets = metrics::Buckets::from_seconds(bounds);
    if (buckets.has_error()) return mistakes_.add(value.line, value.key, buckets.error().message);
    common_.buckets = std::move(bounds);
  }

  void read_histograms(const YamlValue& value) {
    auto texts = read_texts(value, mistakes_);
    if (!texts) return;
    const auto histograms = parse_histograms(*texts);
    if (histograms.has_error()) return mistakes_.add(value.line, value.key, histograms.error().text);
    common_.histograms = *std::move(texts);
  }

  void read_exclude(const YamlValue& value) {
    const auto text = read_text(value, mistakes_);
    if (!text) return;
    const auto is_excluded = parse_switch(*text);
    if (is_excluded.has_error()) return mistakes_.add(value.line, value.key, is_excluded.error().text);
    common_.is_excluded = *is_excluded;
  }

  void add(const std::string& mistake) { mistakes_.add(value_.line, value_.key, mistake); }

  const YamlValue& value_;
  std::size_t group_;
  YamlMistakes& mistakes_;
  std::vector<YamlValue> templates_;  // scalars
  routes::RouteSpec common_;          // all but the template
};

}  // namespace

YamlRoutes read_routes(const YamlValue& list, const routes::Limits& limits, YamlMistakes& mistakes) {
  YamlRoutes routes;
  std::size_t group = 0;
  const auto read_item = [&](const YamlValue& value) {
    if (routes.specs.size() <= limits.routes) Item(value, ++group, mistakes).read(routes);
  };
  read_list(list, read_item, mistakes);
  return routes;
}

void check_routes(const YamlRoutes& routes, const Settings& settings, YamlMistakes& mistakes) {
  for (const routes::RouteError& error :
       routes::RouteTable::check(routes.specs, settings.matching, settings.route_limits)) {
    const YamlRoutes::Place& place = routes.places[error.spec];
    const bool is_known = place.column != 0 && error.column != 0;
    mistakes.add(routes.specs[error.spec].line, place.key, error.message,
                 is_known ? place.column + error.column - 1 : 0);
  }
}

}  // namespace wayside::config
