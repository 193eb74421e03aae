#include "config/setting.hpp"
#include "config/yaml_listen.hpp"
#include "config/yaml_measurement.hpp"
#include "config/yaml_openapi.hpp"
#include "config/yaml_routes.hpp"

#include <algorithm>
#include <array>

namespace wayside::config {
namespace {

namespace limits = http::limits;

// The name of a file; empty: none. Printed in full, so that the text does not depend on where it is read.
template <auto member>
inline constexpr TextValue kFileName{
    [](const SourceTexts& source, Settings& settings) -> std::optional<Mistake> {
      const std::string& name = source.texts.front();
      if (name.empty()) return expected("the path of a file", name);
      settings.*member = (source.folder / name).string();
      return std::nullopt;
    },
    [](const Settings& settings) -> std::vector<std::string> {
      if ((settings.*member).empty()) return {};
      return {std::filesystem::absolute(settings.*member).string()};
    },
};

// Listeners without more about them.
template <auto member>
inline constexpr TextValue kAddresses{
    [](const SourceTexts& source, Settings& settings) -> std::optional<Mistake> {
      std::vector<ListenSpec> specs;
      for (const std::string& text : source.texts) {
        auto address = ListenAddress::parse(text);
        if (address.has_error()) return address.error();
        specs.push_back({*std::move(address)});
      }
      settings.*member = std::move(specs);
      return std::nullopt;
    },
    [](const Settings& settings) {
      std::vector<std::string> texts;
      for (const ListenSpec& spec : settings.*member)
        texts.push_back(to_string(spec.address));
      return texts;
    },
    true,
};

template <auto member>
inline constexpr StructuredValue kListen{
    [](const YamlValue& value, Settings& settings, YamlMistakes& mistakes) {
      read_listen(value, settings.*member, mistakes);
    },
    [](const Settings& settings, YAML::Emitter& out) { print_listen(settings.*member, out); },
};

// The documents without prefixes.
constexpr TextValue kOpenApiFiles{
    [](const SourceTexts& source, Settings& settings) -> std::optional<Mistake> {
      settings.openapi.clear();
      for (const std::string& name : source.texts) {
        if (name.empty()) return expected("the path of a file", name);
        settings.openapi.push_back({(source.folder / name).string()});
      }
      return std::nullopt;
    },
    [](const Settings& settings) {
      std::vector<std::string> files;
      for (const OpenApiDocument& document : settings.openapi)
        files.push_back(std::filesystem::absolute(document.file).string());
      return files;
    },
    true,
};

// Printed as what is in force: the default depends on whether there are routes.
constexpr TextValue kUnmatched{
    set_value<OneOf<kUnmatchedWords>, &Settings::unmatched>,
    [](const Settings& settings) -> std::vector<std::string> {
      return {OneOf<kUnmatchedWords>::print(settings.unmatched_policy())};
    },
};

template <auto member>
inline constexpr TextValue kTimeout = kText<Duration, &Settings::timeouts, member>;

template <class Type, auto member>
inline constexpr TextValue kHttpLimit = kText<Type, &Settings::limits, member>;

template <class Type, auto member>
inline constexpr TextValue kRouteLimit = kText<Type, &Settings::route_limits, member>;

template <class Type, auto... members>
inline constexpr TextValue kMeasured = kText<Type, &Settings::measurement, members...>;

using Defaults = metrics::EndpointOptions;
constexpr auto kDefaults = &Measurement::defaults;

constexpr std::array kSettings = std::to_array<Setting>({
    {"", kFileName<&Settings::file>, {"config", "FILE", "configuration file (YAML)"}},
    {"listen",
     kListen<&Settings::listen>,
     {"listen", "ADDRESS[,ADDRESS]", "where clients connect: HOST:PORT or unix:/PATH",
      &kAddresses<&Settings::listen>}},
    {"backend.url",
     kText<BackendAddress, &Settings::backend>,
     {"backend", "URL", "the service behind wayside: http://host:port or unix:/path"}},
    {"backend.max_connections",
     kText<CountOrNone, &Settings::backend_limits, &BackendLimits::max_connections>},
    {"backend.max_queue", kText<Count<0>, &Settings::backend_limits, &BackendLimits::max_queue>},
    {"metrics.listen",
     kListen<&Settings::metrics_listen>,
     {"metrics-listen", "ADDRESS[,ADDRESS]", "where Prometheus connects: HOST:PORT or unix:/PATH",
      &kAddresses<&Settings::metrics_listen>}},
    {"metrics.naming",
     kText<Namings, &Settings::namings>,
     {"naming", "NAME[,NAME]", "names of the metrics: http, flask, otel, or several; may be repeated"}},
    {"metrics.enable_lifecycle",
     kText<Boolean, &Settings::enable_lifecycle>,
     {"enable-lifecycle", nullptr, "answer POST /-/reload on the metrics listener"}},
    {"metrics.buckets", kMeasured<Bounds, kDefaults, &Defaults::buckets>},
    {"metrics.histograms", kMeasured<Histograms, kDefaults, &Defaults::extras>},
    // Whether it is enough depends on other settings: see consistency.hpp.
    {"metrics.max_series", kMeasured<Count<1, 10'000'000>, &Measurement::max_series>},
    {"metrics.route_header", kMeasured<RouteHeader, &Measurement::route_header>},
    {"metrics.labels", StructuredValue{read_labels, print_labels}},
    {"metrics.rename", StructuredValue{read_renaming, print_renaming}},
    {"workers",
     kText<Workers, &Settings::workers>,
     {"workers", "N|auto", "number of worker threads; auto: one for each processor"}},
    {"log_level",
     kText<OneOf<kLogLevelWords>, &Settings::log_level>,
     {"log-level", "LEVEL", "debug, info, warn or error"}},
    {"access_log",
     kText<OneOf<kAccessLogWords>, &Settings::access_log>,
     {"access-log", "off|json", "json: one line on standard output for each exchange"}},
    {"inspector.examples", kText<Switch, &Settings::inspector_examples>},
    {"timeouts.request_head", kTimeout<&Timeouts::request_head>},
    {"timeouts.request_body", kTimeout<&Timeouts::request_body>},
    {"timeouts.queue", kTimeout<&Timeouts::queue>},
    {"timeouts.connect", kTimeout<&Timeouts::connect>},
    {"timeouts.response_head", kTimeout<&Timeouts::response_head>},
    {"timeouts.response_body", kTimeout<&Timeouts::response_body>},
    {"timeouts.keep_alive", kTimeout<&Timeouts::keep_alive>},
    {"timeouts.tunnel", kTimeout<&Timeouts::tunnel>},
    {"timeouts.drain_delay", kText<DurationOrZero, &Settings::timeouts, &Timeouts::drain_delay>},
    {"timeouts.drain", kTimeout<&Timeouts::drain>},
    {"limits.request_line", kHttpLimit<Size<limits::kMaxHead>, &http::Limits::request_line>},
    {"limits.head", kHttpLimit<Size<limits::kMaxHead>, &http::Limits::head>},
    {"limits.fields", kHttpLimit<Count<1, limits::kMaxFields>, &http::Limits::fields>},
    {"limits.trailers", kHttpLimit<Size<limits::kMaxTrailers>, &http::Limits::trailers>},
    {"limits.chunk_size_line", kHttpLimit<Size<limits::kMaxChunkSizeLine>, &http::Limits::chunk_size_line>},
    {"limits.body", kHttpLimit<SizeOrNone<INT64_MAX>, &http::Limits::body>},
    {"limits.routes", kRouteLimit<Count<1, 10'000'000>, &routes::Limits::routes>},
    {"limits.openapi_size", kRouteLimit<Size<(1UL << 30U)>, &routes::Limits::openapi_size>},
    {"limits.route_memory", kRouteLimit<Size<(1UL << 40U)>, &routes::Limits::memory>},
    {"request_body.buffer",
     kText<SizeOrOff<kMaxRequestBuffer>, &Settings::request_body, &RequestBody::buffer>},
    {"request_body.min_rate",
     kText<SizeOrOff<kMaxRequestBuffer>, &Settings::request_body, &RequestBody::min_rate>},
    {"max_connections", kText<CountOrNone, &Settings::max_connections>},
    {"tcp_keepalive", kText<SecondsOrOff<kMaxKeepAlive>, &Settings::tcp_keepalive>},
    {"reuse_port", kText<Boolean, &Settings::reuse_port>},
    {"via", kText<Switch, &Settings::via>},
    {"client_half_close", kText<OneOf<kHalfCloseWords>, &Settings::client_half_close>},
    {"openapi",
     StructuredValue{read_openapi, print_openapi},
     {"openapi", "FILE[,FILE]", "OpenAPI documents whose paths become routes; may be repeated",
      &kOpenApiFiles},
     "none"},
    {"unmatched",
     kUnmatched,
     {"unmatched", "MODE", "how requests without a route are counted: fold, path or guess"},
     "fold with routes, guess without"},
    {"trailing_slash",
     kText<OneOf<kTrailingSlashWords>, &Settings::matching, &routes::MatchOptions::trailing_slash_matters>},
    {"dialect", kText<DialectName, &Settings::dialect>},
    {"ignore_case", kText<Boolean, &Settings::matching, &routes::MatchOptions::ignores_case>},
    {"routes", StructuredValue{read_routes, print_routes}},
});

std::optional<Mistake> check_limits(const Settings& settings) {
  if (settings.limits.request_line <= settings.limits.head) return std::nullopt;
  return Mistake{"expected request_line to be at most head, found it larger"};
}

constexpr std::array kGroups = std::to_array<Group>({
    {"backend", "backend.url"},
    {"limits", {}, check_limits},
});

// The items of a list in one text: "http,flask".
void split_at_commas(std::string_view text, std::vector<std::string>& items) {
  for (;;) {
    const std::size_t comma = text.find(',');
    items.emplace_back(text.substr(0, comma));
    if (comma == text.npos) return;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

std::span<const Setting> settings() {
  return kSettings;
}

std::vector<const Setting*> settings_with_flag() {
  std::vector<const Setting*> found;
  for (const Setting& setting : kSettings) {
    if (setting.has_flag()) found.push_back(&setting);
  }
  return found;
}

const Group* find_group(std::string_view key) noexcept {
  const auto* const found = std::ranges::find(kGroups, key, &Group::key);
  return found == kGroups.end() ? nullptr : found;
}

std::string variable_of(const Setting& setting) {
  std::string name = "WAYSIDE_";
  for (const char c : std::string_view(setting.flag.name))
    name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  return name;
}

std::string default_of(const Setting& setting) {
  if (!setting.default_text.empty()) return std::string(setting.default_text);
  const TextValue* const value = setting.text();
  if (value == nullptr) return {};
  const std::vector<std::string> texts = value->print(Settings{});
  if (texts.empty()) return value->is_list ? "[]" : "none";
  return fmt::format("{}", fmt::join(texts, ","));
}

void apply(std::span<const GivenValue> given, Settings& settings, std::vector<std::string>& errors) {
  for (const GivenValue& each : given) {
    const TextValue& value = *each.setting->text();
    std::vector<std::string> items;
    if (value.is_list) {
      for (const std::string& text : each.texts)
        split_at_commas(text, items);
    }
    const auto mistake = value.set({value.is_list ? Texts(items) : Texts(each.texts)}, settings);
    if (mistake) errors.push_back(fmt::format("{}: {}", each.source, mistake->text));
  }
}

}  // namespace wayside::config
