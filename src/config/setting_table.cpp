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
template <auto... path>
inline constexpr TextValue kFileName{
    [](const SourceTexts& source, Settings& settings) -> std::optional<Mistake> {
      const std::string& name = source.texts.front();
      if (name.empty()) return expected("the path of a file", name);
      (settings.*....*path) = (source.folder / name).string();
      return std::nullopt;
    },
    [](const Settings& settings) -> std::vector<std::string> {
      if ((settings.*....*path).empty()) return {};
      return {std::filesystem::absolute((settings.*....*path)).string()};
    },
    [] { return Accepted{"the path of a file"}; },
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
    [] { return ListenAddress::accepted(); },
    true,
};

constexpr char kClientListener[] =
    "an address, {address: ADDRESS, mode: MODE, owner: USER:GROUP, proxy_protocol: true|optional, tls: TLS}, "
    "or "
    "a list of these; TLS is {cert: FILE, key: FILE, ocsp: FILE, certificates: [{cert: FILE, key: FILE, "
    "ocsp: FILE}], "
    "client_ca: FILE, client_auth: none|optional|require, forward_client_cert: true|false, min_version: "
    "1.2|1.3, ciphers: LIST, curves: LIST}";
constexpr char kMetricsListener[] =
    "an address, {address: ADDRESS, mode: MODE, owner: USER:GROUP}, or a list of these";
template <auto member, const char* accepted>
inline constexpr StructuredValue kListen{
    [](const YamlValue& value, Settings& settings, YamlMistakes& mistakes) {
      const auto folder = std::filesystem::path(settings.file).parent_path();
      read_listen(value, folder, settings.*member, mistakes);
    },
    [](const Settings& settings, YAML::Emitter& out) { print_listen(settings.*member, out); },
    accepted,
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
    [] { return Accepted{"the paths of files"}; },
    true,
};

// Printed as what is in force: the default depends on whether there are routes.
constexpr TextValue kUnmatched{
    set_value<OneOf<kUnmatchedWords>, &Settings::unmatched>,
    [](const Settings& settings) -> std::vector<std::string> {
      return {OneOf<kUnmatchedWords>::print(settings.unmatched_policy())};
    },
    OneOf<kUnmatchedWords>::accepted,
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
    {"",
     kFileName<&Settings::file>,
     "configuration file (YAML). The names of files in it begin beside it",
     {"config", "FILE"}},
    {"listen",
     kListen<&Settings::listen, kClientListener>,
     "where clients connect. An IPv6 address stands in brackets, as in [::]:8080, and takes IPv4 clients too "
     "unless 0.0.0.0 with the same port is in the list. `mode` and `owner` are those of a unix socket's "
     "file. "
     "With `proxy_protocol: true`, trusted_proxies name the client of each connection by a header of the "
     "PROXY "
     "protocol; with `optional`, they may. With `tls`, the listener speaks TLS: clients get the "
     "certificate for the host that they name, or else the first one. The files are read again on a reload, "
     "and where "
     "they change. The flag may be repeated",
     {"listen", "ADDRESS[,ADDRESS]", &kAddresses<&Settings::listen>}},
    {"backend.url",
     kText<BackendAddress, &Settings::backend>,
     "the service behind wayside. A name is looked up again while requests come, every five seconds and "
     "where connecting fails. `backend: URL` is short for this key alone",
     {"backend", "URL"}},
    {"backend.ca",
     kFileName<&Settings::backend_tls, &tls::ClientOptions::ca>,
     "the authorities that sign the certificate of an https backend, in PEM",
     {},
     "those of the system"},
    {"backend.server_name",
     kText<HostName, &Settings::backend_tls, &tls::ClientOptions::server_name>,
     "the name in the certificate of an https backend",
     {},
     "the host of backend.url"},
    {"backend.cert", kFileName<&Settings::backend_tls, &tls::ClientOptions::cert>,
     "wayside's own certificate for an https backend that asks for one, in PEM"},
    {"backend.key", kFileName<&Settings::backend_tls, &tls::ClientOptions::key>,
     "the key of backend.cert, in PEM"},
    {"backend.verify", kText<Switch, &Settings::backend_tls, &tls::ClientOptions::verify>,
     "refuse an https backend whose certificate is not valid for its name. Without it, anybody on the way "
     "can read and "
     "change what is sent"},
    {"backend.max_connections",
     kText<CountOrNone, &Settings::backend_limits, &BackendLimits::max_connections>,
     "connections to the backend at a time. The workers share them evenly. Further requests wait for one, up "
     "to backend.max_queue of them, for timeouts.queue"},
    {"backend.max_queue", kText<Count<0>, &Settings::backend_limits, &BackendLimits::max_queue>,
     "requests that wait for one of backend.max_connections. A request beyond is answered with 503 and "
     "Retry-After"},
    {"backend.idle_timeout", kText<Duration, &Settings::backend_limits, &BackendLimits::idle_timeout>,
     "how long an idle connection to the backend is kept, where the backend does not tell by Keep-Alive: "
     "timeout=N how long it "
     "keeps one. Where it does, a second less than that. Keep it below the idle timeout of the backend: a "
     "POST that "
     "crosses the end of that time on its way is lost"},
    {"backend.health.path", kText<HealthPath, &Settings::health, &HealthCheck::path>,
     "a path that wayside asks the backend for. A status of 2xx or 3xx is healthy. `health: PATH` is short "
     "for this key "
     "alone. The checks are not counted among the requests"},
    {"backend.health.interval", kText<Duration, &Settings::health, &HealthCheck::interval>,
     "from the beginning of a check to that of the next"},
    {"backend.health.timeout", kText<Duration, &Settings::health, &HealthCheck::timeout>,
     "from the beginning of a check to its response head. Beyond, the check has failed"},
    {"readiness", kText<OneOf<kReadinessWords>, &Settings::readiness>,
     "what /-/ready answers for. process: wayside accepts connections. backend: its backend is up too, by "
     "the last "
     "check (backend.health) or, without checks, by the last response. Without checks, a failed request "
     "makes "
     "wayside unready for 10 s at most"},
    {"metrics.listen",
     kListen<&Settings::metrics_listen, kMetricsListener>,
     "where Prometheus connects, in the form of `listen`. Without metrics.web_config, whoever reaches this "
     "address can read all that it shows. The flag may be repeated",
     {"metrics-listen", "ADDRESS[,ADDRESS]", &kAddresses<&Settings::metrics_listen>}},
    {"metrics.naming",
     kText<Namings, &Settings::namings>,
     "names of the metrics. With several, each metric is exposed under each of its names. The flag may be "
     "repeated",
     {"naming", "NAME[,NAME]"}},
    {"metrics.enable_lifecycle",
     kText<Boolean, &Settings::enable_lifecycle>,
     "answer POST /-/reload on the metrics listener. It reads the configuration again, as SIGHUP always does",
     {"enable-lifecycle"}},
    {"metrics.web_config", kFileName<&Settings::web_config>,
     "a file in the format of the web configuration of Prometheus' exporters, with which the metrics "
     "listener "
     "speaks TLS and asks for client certificates, or for a user and a password. The names of files in it "
     "begin "
     "beside it. It is read again on a reload"},
    {"metrics.probes", kText<OneOf<kProbesWords>, &Settings::probes>,
     "whether /-/healthy and /-/ready ask for a user and a password where metrics.web_config has users. "
     "auth: "
     "as the other pages do. open: they never do, as kubelets and load balancers need it"},
    {"metrics.expose.page", kText<Boolean, &Settings::expose, &Exposed::page>,
     "answer `/` of the metrics listener, and the JSON API of that page. With false, they are answered with "
     "404"},
    {"metrics.expose.routes", kText<Boolean, &Settings::expose, &Exposed::routes>,
     "answer /routes and /api/v1/routes of the metrics listener. With false, they are answered with 404"},
    {"metrics.buckets", kMeasured<Bounds, kDefaults, &Defaults::buckets>,
     "upper bounds of the latency histograms, in seconds. A route keeps the bounds that it began with until "
     "the process ends"},
    {"metrics.histograms", kMeasured<Histograms, kDefaults, &Defaults::extras>,
     "histograms beside the duration. backend_ttfb: from the request being sent to the response head. queue: "
     "from X-Request-Start or X-Queue-Start to the request head. request_size, response_size: of the bodies"},
    {"metrics.native_histograms", kMeasured<Boolean, &Measurement::native_histograms>,
     "keep the durations in native buckets as well, with which a quantile is at most 5 % off. Prometheus "
     "asks for them with --enable-feature=native-histograms. They cost 4 KB for each method of an endpoint "
     "in each worker, and no series"},
    // Whether it is enough depends on other settings: see consistency.hpp.
    {"metrics.max_series", kMeasured<Count<1, 10'000'000>, &Measurement::max_series>,
     "the series that all endpoints may have together. Configured routes come first. A request that finds no "
     "room is counted as endpoint=\"overflow\""},
    {"metrics.zero_series", kMeasured<Switch, &Measurement::zero_series>,
     "whether the counter of requests of each route is there from the beginning, as zero: that of its usual "
     "method with the statuses 200, 500, 502, 503 and 504, as far as the budget goes. Only the naming http "
     "shows "
     "zeros"},
    {"metrics.route_header", kMeasured<RouteHeader, &Measurement::route_header>,
     "response field by which the application names its routes. It becomes the label and does not reach the "
     "client"},
    {"metrics.labels",
     StructuredValue{read_labels, print_labels,
                     "a mapping from names of labels to {header: FIELD, values: [VALUE, ...], other: VALUE}"},
     "labels from request fields. A request with another value than those listed, or none, gets `other`"},
    {"metrics.rename",
     StructuredValue{read_renaming, print_renaming,
                     "a mapping with `families` and `labels`, each from names to names"},
     "other names for families and labels"},
    {"workers",
     kText<Workers, &Settings::workers>,
     "threads that forward requests. With auto, there is one for each processor",
     {"workers", "N|auto"}},
    {"log_level",
     kText<OneOf<kLogLevelWords>, &Settings::log_level>,
     "the least level that is written to standard error",
     {"log-level", "LEVEL"}},
    {"access_log",
     kText<OneOf<kAccessLogWords>, &Settings::access_log>,
     "the access log on standard output. With json, there is one line for each exchange. If the reader is "
     "too "
     "slow, lines are dropped and counted, and no request waits",
     {"access-log", "off|json"}},
    {"inspector.examples", kText<Switch, &Settings::inspector_examples>,
     "show paths of requests without a route on /routes. With off, it shows the suggested templates alone, "
     "and "
     "the page and its API add labels that are paths to \"unmatched\""},
    {"timeouts.tls_handshake", kTimeout<&Timeouts::tls_handshake>,
     "from a client's connection to the end of its TLS handshake. Then: close"},
    {"timeouts.request_head", kTimeout<&Timeouts::request_head>,
     "from the first byte of a request to the end of its head, in total. Then: 408, close"},
    {"timeouts.request_body", kTimeout<&Timeouts::request_body>,
     "between two pieces of a request body. Then: 408, close"},
    {"timeouts.queue", kTimeout<&Timeouts::queue>,
     "until one of backend.max_connections becomes free. Then: 503 with Retry-After"},
    {"timeouts.connect", kTimeout<&Timeouts::connect>,
     "until a connection to the backend stands, its name resolved. Then: 504"},
    {"timeouts.response_head", kTimeout<&Timeouts::response_head>,
     "from the request being sent to the head of the response. Then: 504"},
    {"timeouts.response_body", kTimeout<&Timeouts::response_body>,
     "between two pieces of a response body. Then the message is cut off"},
    {"timeouts.keep_alive", kTimeout<&Timeouts::keep_alive>, "until an idle client connection is closed"},
    {"timeouts.tunnel", kTimeout<&Timeouts::tunnel>, "until an idle tunnel (WebSocket) is closed"},
    {"timeouts.drain_delay", kText<DurationOrZero, &Settings::timeouts, &Timeouts::drain_delay>,
     "from SIGTERM until no more connections are accepted. Meanwhile /-/ready answers 503 and each response "
     "ends its "
     "connection, so that load balancers send their clients elsewhere"},
    {"timeouts.drain", kTimeout<&Timeouts::drain>,
     "from the end of timeouts.drain_delay until the exchanges in flight are cut off"},
    {"limits.request_line", kHttpLimit<Size<limits::kMaxHead>, &http::Limits::request_line>,
     "the first line of a request. Beyond: 414, close. At most limits.head"},
    {"limits.head", kHttpLimit<Size<limits::kMaxHead>, &http::Limits::head>,
     "the head of a message. Beyond: 431, close; for a response: 502"},
    {"limits.fields", kHttpLimit<Count<1, limits::kMaxFields>, &http::Limits::fields>,
     "the fields of a head. Beyond: 431, close; for a response: 502"},
    {"limits.trailers", kHttpLimit<Size<limits::kMaxTrailers>, &http::Limits::trailers>,
     "the trailer section of a chunked body. Beyond: 431, close"},
    {"limits.chunk_size_line", kHttpLimit<Size<limits::kMaxChunkSizeLine>, &http::Limits::chunk_size_line>,
     "the line of a chunk's size, with its extensions. Beyond: 400, close"},
    {"limits.body", kHttpLimit<SizeOrNone<INT64_MAX>, &http::Limits::body>,
     "the body of a request. Beyond: 413, close"},
    {"limits.routes", kRouteLimit<Count<1, 10'000'000>, &routes::Limits::routes>,
     "route templates, counted once for each server of an OpenAPI document and for each optional part. "
     "Beyond, the configuration is refused"},
    {"limits.openapi_size", kRouteLimit<Size<(1UL << 30U)>, &routes::Limits::openapi_size>,
     "each OpenAPI document. Beyond, the configuration is refused"},
    {"limits.route_memory", kRouteLimit<Size<(1UL << 40U)>, &routes::Limits::memory>,
     "the memory of the templates and their constraints. Beyond, the configuration is refused"},
    {"request_body.buffer",
     kText<SizeOrOff<kMaxRequestBuffer>, &Settings::request_body, &RequestBody::buffer>,
     "the part of a request body that is held before a connection to the backend is taken. So a slow client "
     "keeps none busy. Bodies with Expect: 100-continue are not held. Use off where clients wait for a part "
     "of the answer before they send the rest"},
    {"request_body.min_rate",
     kText<SizeOrOff<kMaxRequestBuffer>, &Settings::request_body, &RequestBody::min_rate>,
     "the least rate of a request body, per second. It is an average, from the fifth second on. A slower "
     "body "
     "gets 408"},
    {"max_connections", kText<CountOrNone, &Settings::max_connections>,
     "client connections at a time. With none, there are as many as the limit of open files allows. A "
     "further "
     "connection replaces the one that has been idle longest; if none is idle, it waits to be accepted"},
    {"tcp_keepalive", kText<SecondsOrOff<kMaxKeepAlive>, &Settings::tcp_keepalive>,
     "notice clients that are gone without a word, by TCP keep-alive, after twice this time"},
    {"reuse_port", kText<Boolean, &Settings::reuse_port>,
     "let other processes of the same user listen on the same ports, and take over unix sockets. Each gets a "
     "share of the connections, so "
     "that two daemons can take turns without a gap. With false, a second daemon does not start"},
    {"trusted_proxies", kText<ProxyNetworks, &Settings::trusted_proxies>,
     "who is believed about the client. private_ranges is loopback, the networks of RFC 1918 and RFC 4193, "
     "link-local addresses and unix sockets. X-Forwarded-For, -Proto and -Host, Forwarded, X-Real-IP and "
     "their kin "
     "from any other client are replaced"},
    {"via", kText<Switch, &Settings::via>,
     "add this hop to the Via field of requests, as RFC 9110 section 7.6.3 asks. That field switches off "
     "compression "
     "at some backends"},
    {"client_half_close", kText<OneOf<kHalfCloseWords>, &Settings::client_half_close>,
     "the meaning of a client that ends its sending direction while its answer is due. abort: it has left, "
     "as "
     "a browser does when its user presses stop. serve: it gets its answer"},
    {"openapi",
     StructuredValue{read_openapi, print_openapi,
                     "a file, or a list of files and of {file: FILE, prefix: PATH}"},
     "OpenAPI documents whose paths become routes. `prefix` stands before the paths of a document, in place "
     "of "
     "its servers. The flag may be repeated",
     {"openapi", "FILE[,FILE]", &kOpenApiFiles},
     "none"},
    {"unmatched",
     kUnmatched,
     "how requests without a route are counted. fold: as \"unmatched\". path: by their path. guess: by their "
     "path with {id} for each segment that looks like an identifier. With path and guess, a path that is "
     "only "
     "answered with errors is counted as \"unmatched\"",
     {"unmatched", "MODE"},
     "fold with routes, guess without"},
    {"trailing_slash",
     kText<OneOf<kTrailingSlashWords>, &Settings::matching, &routes::MatchOptions::trailing_slash_matters>,
     "a slash at the end of a path. With strict, it matters"},
    {"dialect", kText<DialectName, &Settings::dialect>,
     "the framework in whose spelling the routes are written. auto takes the notations of all of them; where "
     "two disagree, --check names both readings"},
    {"ignore_case", kText<Boolean, &Settings::matching, &routes::MatchOptions::ignores_case>,
     "match paths without regard to the case of letters"},
    {"routes", StructuredValue{read_routes, print_routes, "a list of templates and of mappings, see ROUTES"},
     "the requests that are counted together. The most specific template wins, wherever it stands in the "
     "list"},
});

std::optional<Mistake> check_limits(const Settings& settings) {
  if (settings.limits.request_line <= settings.limits.head) return std::nullopt;
  return Mistake{"expected request_line to be at most head, found it larger"};
}

// A check that is set up and never made would be believed in.
std::optional<Mistake> check_health(const Settings& settings) {
  const bool is_set_up = settings.health != HealthCheck{};
  if (!settings.health.path.empty() || !is_set_up) return std::nullopt;
  return Mistake{"expected path, such as path: /healthz, beside interval and timeout, found none"};
}

constexpr std::array kGroups = std::to_array<Group>({
    {"backend", "backend.url"},
    {"backend.health", "backend.health.path", check_health},
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

void apply(std::span<const GivenValue> given, Settings& settings, std::vector<std::string>& errors,
           Places* places) {
  for (const GivenValue& each : given) {
    const TextValue& value = *each.setting->text();
    std::vector<std::string> items;
    if (value.is_list) {
      for (const std::string& text : each.texts)
        split_at_commas(text, items);
    }
    const auto mistake = value.set({value.is_list ? Texts(items) : Texts(each.texts)}, settings);
    if (mistake) errors.push_back(fmt::format("{}: {}", each.source, mistake->text));
    if (places != nullptr) places->set_source(each.setting->key, each.source);
  }
}

}  // namespace wayside::config
