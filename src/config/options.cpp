#include "config/options.hpp"

#include "config/measurement_values.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wayside::config {
namespace {

using Texts = std::span<const std::string>;

// The usual option: one text, one parser, one member of the settings.
template <auto parse, auto member>
std::optional<Mistake> set_one(Texts texts, Settings& settings) {
  auto value = parse(texts.front());
  if (value.has_error()) return value.error();
  settings.*member = *std::move(value);
  return std::nullopt;
}

std::optional<Mistake> set_file(Texts texts, Settings& settings) {
  if (texts.front().empty()) return expected("the path of a file", texts.front());
  settings.file = texts.front();
  return std::nullopt;
}

std::optional<Mistake> set_openapi(Texts texts, Settings& settings) {
  if (texts.front().empty()) return expected("the path of a file", texts.front());
  settings.openapi = texts.front();
  return std::nullopt;
}

// "http,flask", or the option repeated, or both.
std::optional<Mistake> set_namings(Texts texts, Settings& settings) {
  std::vector<std::string> names;
  for (const std::string& text : texts) {
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t comma = std::min(text.find(',', from), text.size());
      names.push_back(text.substr(from, comma - from));
      from = comma + 1;
    }
  }
  auto namings = parse_namings(names);
  if (namings.has_error()) return namings.error();
  settings.namings = *std::move(namings);
  return std::nullopt;
}

constexpr std::array kOptions = {
    Option{"config", "WAYSIDE_CONFIG", "FILE", "configuration file (YAML); none by default", set_file},
    Option{"listen", "WAYSIDE_LISTEN", "HOST:PORT", "where clients connect; 0.0.0.0:8080 by default",
           set_one<parse_listen, &Settings::listen>},
    Option{"backend", "WAYSIDE_BACKEND", "URL",
           "the service behind: http://host:port or unix:/path; http://127.0.0.1:5000 by default",
           set_one<parse_backend, &Settings::backend>},
    Option{"metrics-listen", "WAYSIDE_METRICS_LISTEN", "HOST:PORT",
           "where Prometheus connects; 0.0.0.0:10180 by default",
           set_one<parse_listen, &Settings::metrics_listen>},
    Option{"naming", "WAYSIDE_NAMING", "NAME[,NAME]",
           "names of the metrics: http, flask, otel, or several; may be repeated; http by default",
           set_namings, true},
    Option{"workers", "WAYSIDE_WORKERS", "N|auto", "number of worker threads; 1 by default",
           set_one<parse_workers, &Settings::workers>},
    Option{"access-log", "WAYSIDE_ACCESS_LOG", "off|json",
           "json: one line on standard output for each exchange; off by default",
           set_one<parse_access_log, &Settings::access_log>},
    Option{"log-level", "WAYSIDE_LOG_LEVEL", "LEVEL", "debug, info, warn or error; info by default",
           set_one<parse_log_level, &Settings::log_level>},
    Option{"openapi", "WAYSIDE_OPENAPI", "FILE", "OpenAPI document whose paths become routes", set_openapi},
    Option{
        "unmatched", "WAYSIDE_UNMATCHED", "MODE",
        "how requests without a route are counted: fold, path or guess; fold by default if there are routes",
        set_one<parse_unmatched, &Settings::unmatched>},
    Option{"enable-lifecycle", "WAYSIDE_ENABLE_LIFECYCLE", "",
           "answer POST /-/reload on the metrics listener",
           set_one<parse_switch, &Settings::enable_lifecycle>, false, true},
};

}  // namespace

std::span<const Option> options() {
  return kOptions;
}

void apply(std::span<const GivenOption> given, Settings& settings, std::vector<std::string>& errors) {
  for (const GivenOption& each : given) {
    if (auto mistake = each.option->set(each.texts, settings))
      errors.push_back(each.source + ": " + mistake->text);
  }
}

}  // namespace wayside::config
