#include "config/yaml_settings.hpp"

#include "config/duration.hpp"
#include "config/limit_keys.hpp"
#include "config/measurement_values.hpp"
#include "config/size.hpp"
#include "config/timeout_keys.hpp"
#include "config/values.hpp"
#include "config/yaml_measurement.hpp"
#include "config/yaml_node.hpp"
#include "config/yaml_routes.hpp"
#include "config/yaml_values.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace wayside::config {
namespace {

// One document on its way into the settings. Each read_… function answers for one key.
class Reader {
 public:
  Reader(const std::string& file, Settings& settings) : settings_(settings), mistakes_(file) {}

  void read(const YAML::Node& root) {
    std::optional<YamlValue> list;
    const std::array keys = {
        YamlKey{"listen", [this](const YamlValue& v) { read_value(v, parse_listen, settings_.listen); }},
        YamlKey{"backend", [this](const YamlValue& v) { read_backend(v); }},
        YamlKey{"workers", [this](const YamlValue& v) { read_value(v, parse_workers, settings_.workers); }},
        YamlKey{"log_level",
                [this](const YamlValue& v) { read_value(v, parse_log_level, settings_.log_level); }},
        YamlKey{"access_log",
                [this](const YamlValue& v) { read_value(v, parse_access_log, settings_.access_log); }},
        YamlKey{"metrics", [this](const YamlValue& v) { read_metrics(v); }},
        YamlKey{"inspector", [this](const YamlValue& v) { read_inspector(v); }},
        YamlKey{"timeouts", [this](const YamlValue& v) { read_timeouts(v); }},
        YamlKey{"limits", [this](const YamlValue& v) { read_limits(v); }},
        YamlKey{"request_body", [this](const YamlValue& v) { read_request_body(v); }},
        YamlKey{
            "max_connections",
            [this](const YamlValue& v) { read_value(v, parse_count_or_none, settings_.max_connections); }},
        YamlKey{"reuse_port",
                [this](const YamlValue& v) { read_value(v, parse_switch, settings_.reuse_port); }},
        YamlKey{"via", [this](const YamlValue& v) { read_value(v, parse_switch, settings_.via); }},
        YamlKey{"client_half_close",
                [this](const YamlValue& v) { read_value(v, parse_half_close, settings_.client_half_close); }},
        YamlKey{"openapi", [this](const YamlValue& v) { read_openapi(v); }},
        YamlKey{"unmatched", [this](const YamlValue& v) { read_unmatched(v); }},
        YamlKey{"trailing_slash",
                [this](const YamlValue& v) {
                  read_value(v, parse_trailing_slash, settings_.matching.trailing_slash_matters);
                }},
        YamlKey{"ignore_case",
                [this](const YamlValue& v) { read_value(v, parse_switch, settings_.matching.ignores_case); }},
        YamlKey{"routes", [&list](const YamlValue& v) { list = v; }},
    };
    read_mapping({root, {}, line_of(root)}, keys, mistakes_);
    // Now that all that matters to them is known.
    if (!list) return;
    YamlRoutes routes = read_routes(*list, settings_.route_limits, mistakes_);
    check_routes(routes, settings_, mistakes_);
    settings_.routes = std::move(routes.specs);
  }

  std::vector<std::string> take_mistakes() && { return std::move(mistakes_).take(); }

 private:
  template <class T>
  void read_value(const YamlValue& value, Parsed<T> (*parse)(std::string_view), T& out) {
    config::read_value(value, parse, out, mistakes_);
  }

  template <class T>
  void read_values(const YamlValue& value, Parsed<T> (*parse)(std::span<const std::string>), T& out) {
    config::read_values(value, parse, out, mistakes_);
  }

  // The address alone, or a mapping with what else is said of the backend.
  void read_backend(const YamlValue& value) {
    if (!value.node.IsMap()) return read_value(value, parse_backend, settings_.backend);
    BackendLimits& limits = settings_.backend_limits;
    const std::array keys = {
        YamlKey{"url", [this](const YamlValue& v) { read_value(v, parse_backend, settings_.backend); }},
        YamlKey{"max_connections",
                [&](const YamlValue& v) { read_value(v, parse_count_or_none, limits.max_connections); }},
        YamlKey{"max_queue", [&](const YamlValue& v) { read_value(v, parse_count, limits.max_queue); }},
    };
    read_mapping(value, keys, mistakes_);
  }

  void read_request_body(const YamlValue& value) {
    RequestBody& body = settings_.request_body;
    const std::array keys = {
        YamlKey{"buffer", [&](const YamlValue& v) { read_size_or_off(v, kMaxRequestBuffer, body.buffer); }},
        YamlKey{"min_rate",
                [&](const YamlValue& v) { read_size_or_off(v, kMaxRequestBuffer, body.min_rate); }},
    };
    read_mapping(value, keys, mistakes_);
  }

  void read_size_or_off(const YamlValue& value, std::size_t max, std::size_t& out) {
    const auto text = read_text(value, mistakes_);
    if (!text) return;
    if (*text == "off" || *text == "false") {
      out = 0;
    } else if (const auto size = parse_size(*text, max)) {
      out = static_cast<std::size_t>(*size);
    } else {
      mistakes_.add(value.line, value.key, size.error().text + " (or off)");
    }
  }

  void read_metrics(const YamlValue& value) {
    const std::array keys = {
        YamlKey{"listen",
                [this](const YamlValue& v) { read_value(v, parse_listen, settings_.metrics_listen); }},
        YamlKey{"naming", [this](const YamlValue& v) { read_values(v, parse_namings, settings_.namings); }},
        YamlKey{"enable_lifecycle",
                [this](const YamlValue& v) { read_value(v, parse_switch, settings_.enable_lifecycle); }},
    };
    std::vector<YamlKey> all = measurement_keys(settings_.measurement, mistakes_);
    all.insert(all.begin(), keys.begin(), keys.end());
    read_mapping(value, all, mistakes_);
  }

  void read_inspector(const YamlValue& value) {
    const std::array keys = {
        YamlKey{"examples",
                [this](const YamlValue& v) { read_value(v, parse_switch, settings_.inspector_examples); }},
    };
    read_mapping(value, keys, mistakes_);
  }

  void read_timeouts(const YamlValue& value) {
    std::vector<YamlKey> keys;
    for (const TimeoutKey& timeout : kTimeoutKeys) {
      keys.push_back({timeout.name, [this, member = timeout.member](const YamlValue& v) {
                        read_value(v, parse_duration, settings_.timeouts.*member);
                      }});
    }
    read_mapping(value, keys, mistakes_);
  }

  void read_limits(const YamlValue& value) {
    http::Limits& limits = settings_.limits;
    std::vector<YamlKey> keys;
    const auto add = [&](const auto& key, auto& its_limits) {
      keys.push_back(
          {key.name, [this, &its_limits, &key](const YamlValue& v) { read_limit(v, key, its_limits); }});
    };
    for (const auto& key : kLimitKeys)
      add(key, limits);
    keys.push_back({"body", [this, &limits](const YamlValue& v) {
                      const auto text = read_text(v, mistakes_);
                      if (!text) return;
                      limits.body.reset();
                      if (*text == "none") return;
                      constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
                      if (const auto size = parse_size(*text, kMax)) {
                        limits.body = *size;
                      } else {
                        mistakes_.add(v.line, v.key, size.error().text + " (or none)");
                      }
                    }});
    for (const auto& key : kRouteLimitKeys)
      add(key, settings_.route_limits);
    read_mapping(value, keys, mistakes_);
    if (limits.request_line > limits.head) {
      mistakes_.add(value.line, value.key, "expected request_line to be at most head, found it larger");
    }
  }

  template <class Limits>
  void read_limit(const YamlValue& value, const LimitKey<Limits>& key, Limits& limits) {
    const auto text = read_text(value, mistakes_);
    if (!text) return;
    if (key.is_size) {
      const auto size = parse_size(*text, key.max);
      if (!size) return mistakes_.add(value.line, value.key, size.error().text);
      limits.*key.member = static_cast<std::size_t>(*size);
      return;
    }
    const auto count = parse_count_or_none(*text);
    if (!count || !*count || **count > key.max) {
      const std::string range = "a number from 1 to " + std::to_string(key.max);
      return mistakes_.add(value.line, value.key, expected(range, *text).text);
    }
    limits.*key.member = **count;
  }

  void read_openapi(const YamlValue& value) {
    const auto text = read_text(value, mistakes_);
    if (!text) return;
    if (text->empty())
      return mistakes_.add(value.line, value.key, expected("the path of a file", *text).text);
    // As the author of the file sees it: beside the file.
    settings_.openapi = (std::filesystem::path(settings_.file).parent_path() / *text).string();
  }

  void read_unmatched(const YamlValue& value) {
    routes::Unmatched mode{};
    const std::size_t before = mistakes_.size();
    read_value(value, parse_unmatched, mode);
    if (mistakes_.size() == before) settings_.unmatched = mode;
  }

  Settings& settings_;
  YamlMistakes mistakes_;
};

// To YAML, the braces of [/users/{id}] are a mapping, and the list has no end.
std::string hint_for(const YAML::Exception& error) {
  const bool is_in_brackets =
      error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW || error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW;
  return is_in_brackets ? R"( (within brackets, quote what has brackets itself: ["/users/{id}"]))" : "";
}

}  // namespace

std::vector<std::string> read_yaml(const std::string& file, const std::string& text, Settings& settings) {
  // yaml-cpp throws, and only from here: what it throws is a mistake of the syntax.
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      return {file + ":" + std::to_string(line_of(documents[1])) + ": expected one document, found another"};
    }
    Reader reader(file, settings);
    if (!documents.empty()) reader.read(documents.front());
    return std::move(reader).take_mistakes();
  } catch (const YAML::Exception& error) {
    YamlMistakes mistakes(file);
    mistakes.add(static_cast<std::size_t>(std::max(error.mark.line, 0)) + 1, {},
                 "expected valid YAML, found a mistake: " + error.msg + hint_for(error));
    return std::move(mistakes).take();
  }
}

}  // namespace wayside::config
