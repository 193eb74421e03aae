#include "config/yaml_routes.hpp"

#include "wayside/metrics/buckets.hpp"
#include "wayside/routes/route_table.hpp"
#include "wayside/routes/route_text.hpp"

#include "config/values.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace wayside::config {
namespace {

// The routes that were read, and the places of their templates, for mistakes that are found later.
struct YamlRoutes {
  struct Place {
    std::string key;         // "routes[3].path"
    std::size_t column = 0;  // of the template's first character, from 1; 0: not known
  };
  std::vector<routes::RouteSpec> specs;
  std::vector<Place> places;  // by spec
};

// The column where the text of a scalar begins, from 1; 0 where the node has no place.
std::size_t column_of(const YAML::Node& node) {
  const YAML::Mark mark = node.Mark();
  if (mark.column < 0) return 0;
  const bool is_quoted = node.Tag() == "!";  // yaml-cpp marks quoted scalars so
  return static_cast<std::size_t>(mark.column) + (is_quoted ? 2 : 1);
}

// One item of the list.
class Item {
 public:
  // Reads the items of the list below the key `routes` of an item with the dialect of that item.
  using ReadItems = std::function<void(const YamlValue& list, routes::Dialect dialect)>;

  // `read_items` is empty for an item of such a list.
  Item(const YamlValue& value, std::size_t group, routes::Dialect dialect, ReadItems read_items,
       YamlMistakes& mistakes)
      : value_(value), group_(group), read_items_(std::move(read_items)), mistakes_(mistakes) {
    common_.dialect = dialect;
  }

  void read(YamlRoutes& out) {
    if (value_.node.IsScalar()) {
      add_template(value_);
    } else if (value_.node.IsMap()) {
      read_mapping_item();
    } else {
      add("expected a template or a mapping with path or group, found " + describe(value_.node));
    }
    for (const YamlValue& path : templates_)
      add_spec(path, out);
    if (routes_) read_items_(*routes_, common_.dialect);
  }

  struct Key {
    std::string_view name;
    void (Item::*read)(const YamlValue& value);
    std::string_view help;  // as of a setting
  };
  static const std::array<Key, 10> kKeys;

 private:
  void read_mapping_item() {
    std::vector<YamlKey> keys;
    std::ranges::transform(kKeys, std::back_inserter(keys), [this](const Key& key) {
      return YamlKey{key.name, [this, read = key.read](const YamlValue& value) { (this->*read)(value); }};
    });
    read_mapping(value_, keys, mistakes_);
    if (routes_) return check_list_of_routes();
    if (has_path_ && has_group_) add("expected a path or a group, found both");
    if (!has_path_ && !has_group_) add("expected a path or a group, found none");
    if (has_group_ && common_.name.empty()) add("expected a name for the group, found none");
  }

  void check_list_of_routes() {
    if (!read_items_) {
      routes_.reset();
      return add("expected a path or a group within routes, found further routes");
    }
    if (value_.node.size() > (has_dialect_ ? 2U : 1U))
      add("expected dialect and routes, found other keys beside them");
  }

  void add_template(const YamlValue& path) { templates_.push_back(path); }

  void add_spec(const YamlValue& path, YamlRoutes& out) {
    const std::string& text = path.node.Scalar();
    const routes::RouteText written = routes::split_methods(text);
    routes::RouteSpec spec = common_;
    spec.path = written.path;
    spec.line = path.line;
    if (!written.methods.empty()) {
      if (!spec.methods.empty()) {
        mistakes_.add(path.line, path.key,
                      "expected the methods before the template or in methods, found both");
      }
      spec.methods = written.methods;
    }
    const std::size_t column = column_of(path.node);
    const std::size_t before = text.size() - written.path.size();
    out.specs.push_back(std::move(spec));
    out.places.push_back({path.key, column == 0 ? 0 : column + before});
  }

  void read_dialect(const YamlValue& value) {
    has_dialect_ = true;
    read_value(value, DialectName::parse, common_.dialect, mistakes_);
  }

  // The list is read when the dialect is known, which may stand behind it.
  void read_list_of_routes(const YamlValue& value) { routes_ = value; }

  void read_path(const YamlValue& value) {
    has_path_ = true;
    if (read_text(value, mistakes_)) add_template({value.node, value_.key, value.line});
  }

  void read_group(const YamlValue& value) {
    has_group_ = true;
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
    read_values(value, Methods::parse, common_.methods, mistakes_);
  }

  void read_name(const YamlValue& value) {
    const auto text = read_text(value, mistakes_);
    if (!text) return;
    if (text->empty()) return mistakes_.add(value.line, value.key, expected("a name", *text).text);
    common_.name = *text;
  }

  void read_buckets(const YamlValue& value) {
    const auto parse = [](Texts texts) -> Parsed<std::vector<double>> {
      std::vector<double> bounds;
      for (const std::string& text : texts) {
        const auto bound = parse_decimal(text, "bounds in seconds, as in [0.1, 0.5, 1]");
        if (bound.has_error()) return bound.error();
        bounds.push_back(*bound);
      }
      const auto buckets = metrics::Buckets::from_seconds(bounds);
      if (buckets.has_error()) return Mistake{buckets.error().message};
      return bounds;
    };
    read_values(value, parse, common_.buckets, mistakes_);
  }

  void read_histograms(const YamlValue& value) {
    const auto parse = [](Texts texts) -> Parsed<std::vector<std::string>> {
      const auto histograms = Histograms::parse(texts);
      if (histograms.has_error()) return histograms.error();
      return std::vector<std::string>(texts.begin(), texts.end());
    };
    read_values(value, parse, common_.histograms, mistakes_);
  }

  void read_slo(const YamlValue& value) { read_value(value, Duration::parse, common_.slo, mistakes_); }
  void read_exclude(const YamlValue& value) {
    read_value(value, Switch::parse, common_.is_excluded, mistakes_);
  }

  void add(const std::string& mistake) { mistakes_.add(value_.line, value_.key, mistake); }

  const YamlValue& value_;
  std::size_t group_;
  ReadItems read_items_;
  YamlMistakes& mistakes_;
  bool has_path_ = false;
  bool has_group_ = false;
  bool has_dialect_ = false;
  std::optional<YamlValue> routes_;
  std::vector<YamlValue> templates_;  // scalars
  routes::RouteSpec common_;          // all but the template
};

constexpr std::array<Item::Key, 10> Item::kKeys = {{
    {"path", &Item::read_path, "the template"},
    {"group", &Item::read_group,
     "in place of path, a list of templates that are counted together. It needs a name"},
    {"methods", &Item::read_methods,
     "a list of methods. Without it, the route is for all of them that no other entry of its path lists"},
    {"name", &Item::read_name, "the label, in place of the template"},
    {"buckets", &Item::read_buckets,
     "the bounds of its latency histogram in seconds, in place of metrics.buckets"},
    {"histograms", &Item::read_histograms, "its further histograms, in place of metrics.histograms"},
    {"slo", &Item::read_slo,
     "a duration. Counts the requests that the backend did not fail within it, and all of them"},
    {"exclude", &Item::read_exclude, "on: its requests are forwarded, and in none of the metrics"},
    {"dialect", &Item::read_dialect, "the framework in whose spelling this route is written"},
    {"routes", &Item::read_list_of_routes, "in place of path, a list of routes in the dialect beside it"},
}};

// Where there are more than limits.routes, one more is read, for check() to find.
YamlRoutes read_items(const YamlValue& list, const Settings& settings, YamlMistakes& mistakes) {
  YamlRoutes found;
  std::size_t group = 0;
  const auto read = [&](const YamlValue& values, routes::Dialect dialect, const Item::ReadItems& read_items) {
    const auto read_item = [&](const YamlValue& value) {
      if (found.specs.size() > settings.route_limits.routes) return;
      Item(value, ++group, dialect, read_items, mistakes).read(found);
    };
    read_list(values, read_item, mistakes);
  };
  read(list, settings.dialect,
       [&](const YamlValue& values, routes::Dialect dialect) { read(values, dialect, {}); });
  return found;
}

void check(const YamlRoutes& routes, const Settings& settings, YamlMistakes& mistakes) {
  for (const routes::RouteError& error :
       routes::RouteTable::check(routes.specs, settings.matching, settings.route_limits)) {
    const YamlRoutes::Place& place = routes.places[error.spec];
    const bool is_known = place.column != 0 && error.column != 0;
    mistakes.add(routes.specs[error.spec].line, place.key, error.message,
                 is_known ? place.column + error.column - 1 : 0);
  }
}

void print_list(const char* key, const std::vector<std::string>& texts, YAML::Emitter& out) {
  out << YAML::Key << key << YAML::Value << YAML::Flow << texts;
}

// One route, or the routes of one group, which have all but their templates in common.
void print_route(std::span<const routes::RouteSpec> group, routes::Dialect general, YAML::Emitter& out) {
  const routes::RouteSpec& route = group.front();
  out << YAML::BeginMap;
  // Quoted, because a bare {id} or a name such as "~" would mean something else to YAML.
  if (route.group == 0) {
    out << YAML::Key << "path" << YAML::Value << YAML::DoubleQuoted << route.path;
  } else {
    out << YAML::Key << "group" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const routes::RouteSpec& each : group)
      out << YAML::DoubleQuoted << each.path;
    out << YAML::EndSeq;
  }
  if (route.dialect != general)
    out << YAML::Key << "dialect" << YAML::Value << DialectName::print(route.dialect);
  if (!route.methods.empty()) print_list("methods", Methods::print(route.methods), out);
  if (!route.name.empty()) out << YAML::Key << "name" << YAML::Value << YAML::DoubleQuoted << route.name;
  if (!route.buckets.empty()) {
    std::vector<std::string> bounds;
    std::ranges::transform(route.buckets, std::back_inserter(bounds), print_decimal);
    print_list("buckets", bounds, out);
  }
  if (route.histograms) print_list("histograms", *route.histograms, out);
  if (route.slo) out << YAML::Key << "slo" << YAML::Value << Duration::print(*route.slo);
  if (route.is_excluded) out << YAML::Key << "exclude" << YAML::Value << true;
  out << YAML::EndMap;
}

}  // namespace

void read_routes(const YamlValue& list, Settings& settings, YamlMistakes& mistakes) {
  YamlRoutes routes = read_items(list, settings, mistakes);
  check(routes, settings, mistakes);
  settings.routes = std::move(routes.specs);
}

void print_routes(const Settings& settings, YAML::Emitter& out) {
  std::span<const routes::RouteSpec> rest = settings.routes;
  out << YAML::BeginSeq;
  while (!rest.empty()) {
    const auto ends_group = [&](const routes::RouteSpec& other) {
      return other.group == 0 || other.group != rest.front().group;
    };
    const auto end = std::find_if(rest.begin() + 1, rest.end(), ends_group);
    const auto size = static_cast<std::size_t>(end - rest.begin());
    if (rest.front().file.empty()) print_route(rest.first(size), settings.dialect, out);
    rest = rest.subspan(size);
  }
  out << YAML::EndSeq;
}

std::vector<RouteKeyText> route_key_texts() {
  std::vector<RouteKeyText> texts;
  std::ranges::transform(Item::kKeys, std::back_inserter(texts), [](const Item::Key& key) {
    return RouteKeyText{key.name, key.help};
  });
  return texts;
}

std::vector<std::string_view> route_keys() {
  std::vector<std::string_view> names;
  std::ranges::transform(Item::kKeys, std::back_inserter(names), &Item::Key::name);
  return names;
}

}  // namespace wayside::config
