#include "config/yaml_settings.hpp"

#include "wayside/config/load.hpp"

#include "unit/config/yaml_test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace wayside::config {
namespace {

using metrics::Naming;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

MethodSet set_of(std::initializer_list<Method> methods) {
  MethodSet set;
  for (const Method method : methods)
    set.insert(method);
  return set;
}

TEST(YamlSettings, AreTheDefaultsWhereTheFileSaysNothing) {
  for (const char* text :
       {"", "\n", "# nothing\n", "---\n", "{}", "routes:\nmetrics:\ntimeouts:\n", "routes: []"}) {
    EXPECT_EQ(read(text), Settings{}) << text;
  }
}

TEST(YamlSettings, ReadEveryKey) {
  const Settings settings = read(R"(
listen: "[::]:80"
backend: {url: unix:/run/app.sock, max_connections: 7, max_queue: 0, idle_timeout: 65s, health: {path: "/up?deep=1", interval: 1s, timeout: 500ms}}
request_body: {buffer: off, min_rate: 1KiB}
workers: 3
log_level: warn
metrics: {listen: 127.0.0.1:9000, naming: [http, flask], enable_lifecycle: true, web_config: web.yaml, probes: open}
timeouts:
  tls_handshake: 11s
  request_head: 1ms
  request_body: 2s
  queue: 9m
  connect: 3m
  response_head: 4h
  response_body: 5ms
  keep_alive: 6s
  tunnel: 7m
  drain: 8h
routes:
  - /users/{id}
  - path: /orders/{order}
    methods: [GET, POST]
    name: order
  - {path: "/orders/{order}", methods: PUT}
  - group:
      - /css/*
      - /js/*
    name: assets
    buckets: [0.01, 0.1]
  - {path: /healthz, exclude: true}
openapi: api.yaml
unmatched: path
trailing_slash: strict
ignore_case: true
reuse_port: true
readiness: backend
)");
  EXPECT_EQ(settings.listen, (std::vector<ListenSpec>{{{"::", 80, {}}}}));
  EXPECT_EQ(settings.backend, (Address{{}, 0, "/run/app.sock"}));
  EXPECT_EQ(settings.workers, 3U);
  EXPECT_EQ(settings.log_level, LogLevel::kWarn);
  EXPECT_EQ(settings.metrics_listen, (std::vector<ListenSpec>{{{"127.0.0.1", 9000, {}}}}));
  EXPECT_THAT(settings.namings, ElementsAre(Naming::kHttp, Naming::kFlask));
  EXPECT_EQ(settings.timeouts, (Timeouts{11s, 1ms, 2s, 9min, 3min, 4h, 5ms, 6s, 7min, 0s, 8h}));
  EXPECT_EQ(settings.backend_limits, (BackendLimits{7, 0, 65s}));
  EXPECT_EQ(settings.health, (HealthCheck{"/up?deep=1", 1s, 500ms}));
  EXPECT_EQ(settings.readiness, Readiness::kBackend);
  EXPECT_EQ(settings.request_body, (RequestBody{0, 1024}));
  routes::RouteSpec css{"/css/*", {}, "assets", 26};
  css.group = 4;
  css.buckets = {0.01, 0.1};
  routes::RouteSpec js = css;
  js.path = "/js/*";
  js.line = 27;
  routes::RouteSpec healthz{"/healthz", {}, {}, 30};
  healthz.is_excluded = true;
  EXPECT_THAT(
      settings.routes,
      ElementsAre(routes::RouteSpec{"/users/{id}", {}, {}, 20},
                  routes::RouteSpec{"/orders/{order}", set_of({Method::get, Method::post}), "order", 21},
                  routes::RouteSpec{"/orders/{order}", set_of({Method::put}), {}, 24}, css, js, healthz));
  EXPECT_THAT(settings.openapi, ElementsAre(OpenApiDocument{"api.yaml"}));
  EXPECT_EQ(settings.unmatched, routes::UnmatchedPolicy::kPath);
  EXPECT_EQ(settings.matching, (routes::MatchOptions{true, true}));
  EXPECT_TRUE(settings.enable_lifecycle);
  EXPECT_EQ(settings.web_config, "web.yaml");
  EXPECT_EQ(settings.probes, Probes::kOpen);
  EXPECT_TRUE(settings.reuse_port);
}

TEST(YamlSettings, ReadAHealthCheck) {
  const Settings by_default = read("backend: {health: /healthz}");
  EXPECT_EQ(by_default.health, (HealthCheck{"/healthz", 5s, 2s}));
  EXPECT_EQ(read("backend: {health: {path: /healthz}}"), by_default);
  EXPECT_EQ(read("backend: {health: none}").health, HealthCheck{});
  EXPECT_THAT(mistakes_of("backend: {health: {interval: 1s}}"),
              ElementsAre("f.yaml:1: backend.health: expected path, such as path: /healthz, beside interval "
                          "and timeout, found none"));
  for (const char* path : {"healthz", "http://a/", "\"/a b\"", "\"/a#b\"", "\"/\\r\\nX: y\"", "\"\""}) {
    EXPECT_THAT(mistakes_of(fmt::format("backend: {{health: {}}}", path)),
                ElementsAre(testing::StartsWith(
                    "f.yaml:1: backend.health: expected a path such as /healthz, or none, found ")))
        << path;
  }
}

TEST(YamlSettings, FindTheOpenApiDocumentBesideTheFile) {
  Settings settings;
  settings.file = "/etc/wayside/wayside.yaml";
  EXPECT_THAT(read_yaml(settings.file, "openapi: api.yaml", settings), IsEmpty());
  EXPECT_THAT(settings.openapi, ElementsAre(OpenApiDocument{"/etc/wayside/api.yaml"}));
  EXPECT_THAT(read_yaml(settings.file, "openapi: /srv/api.yaml", settings), IsEmpty());
  EXPECT_THAT(settings.openapi, ElementsAre(OpenApiDocument{"/srv/api.yaml"}));
}

TEST(YamlSettings, ReadSeveralOpenApiDocuments) {
  Settings settings;
  settings.file = "/etc/wayside/wayside.yaml";
  EXPECT_THAT(
      read_yaml(settings.file, "openapi: [a.yaml, {file: b.json, prefix: /v1/}, {file: c.json, prefix: /}]",
                settings),
      IsEmpty());
  EXPECT_THAT(settings.openapi, ElementsAre(OpenApiDocument{"/etc/wayside/a.yaml"},
                                            OpenApiDocument{"/etc/wayside/b.json", "/v1"},
                                            OpenApiDocument{"/etc/wayside/c.json", ""}));
  EXPECT_THAT(read_yaml(settings.file, "openapi: {file: /d.yaml, prefix: /d}", settings), IsEmpty());
  EXPECT_THAT(settings.openapi, ElementsAre(OpenApiDocument{"/d.yaml", "/d"}));
  EXPECT_THAT(
      read_yaml("w.yaml", "openapi:\n- {prefix: v1}\n- [a]\n- {file: a, prefix: '/a?b'}\n- {fil: a}\n",
                settings),
      ElementsAre(
          R"(w.yaml:2: openapi[0].prefix: expected a path that begins with /, without ? and #, found "v1")",
          "w.yaml:2: openapi[0]: expected a file, found none",
          "w.yaml:3: openapi[1]: expected the path of a file, or a mapping with file and prefix, found a "
          "list",
          R"(w.yaml:4: openapi[2].prefix: expected a path that begins with /, without ? and #, found "/a?b")",
          R"(w.yaml:5: openapi[3]: expected a known key (did you mean file?), found "fil")",
          "w.yaml:5: openapi[3]: expected a file, found none"));
}

TEST(YamlSettings, ReadTheDialectOfRoutes) {
  const Settings settings = read(R"(
routes:
- /a/<int:id>
- routes:
  - GET /static/
  - path: POST|PUT /x/{id}
    name: x
  - {path: /files/*, dialect: express4}
  dialect: go
- {group: [/g/*], name: g, dialect: chi}
- DELETE /b
dialect: flask
)");
  using routes::Dialect;
  struct Row {
    std::string path;
    Dialect dialect;
    MethodSet methods;
  };
  const std::vector<Row> rows = {
      {"/a/<int:id>", Dialect::kFlask, {}},
      {"/static/", Dialect::kGo, set_of({Method::get})},
      {"/x/{id}", Dialect::kGo, set_of({Method::post, Method::put})},
      {"/files/*", Dialect::kExpress4, {}},
      {"/g/*", Dialect::kChi, {}},
      {"/b", Dialect::kFlask, set_of({Method::delete_})},
  };
  EXPECT_EQ(settings.dialect, Dialect::kFlask);
  ASSERT_EQ(settings.routes.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(settings.routes[i].path, rows[i].path);
    EXPECT_EQ(settings.routes[i].dialect, rows[i].dialect) << rows[i].path;
    EXPECT_EQ(settings.routes[i].methods, rows[i].methods) << rows[i].path;
  }
}

TEST(YamlSettings, SayWhatIsWrongWithADialect) {
  const std::string dialects =
      "expected auto, openapi, flask, django, fastapi, starlette, express4, express5, fastify, koa, go, "
      "rails, "
      "sinatra, spring, aspnet, gin or chi, found ";
  EXPECT_THAT(mistakes_of("dialect: express"), ElementsAre("f.yaml:1: dialect: " + dialects + "\"express\""));
  EXPECT_THAT(mistakes_of("routes:\n- {path: /a, dialect: ruby}"),
              ElementsAre("f.yaml:2: routes[0].dialect: " + dialects + "\"ruby\""));
  EXPECT_THAT(mistakes_of("routes:\n- dialect: go\n  name: x\n  routes: [/a]"),
              ElementsAre("f.yaml:2: routes[0]: expected dialect and routes, found other keys beside them"));
  EXPECT_THAT(
      mistakes_of("routes:\n- routes:\n  - routes: [/a]"),
      ElementsAre(
          "f.yaml:3: routes[0].routes[0]: expected a path or a group within routes, found further routes"));
  EXPECT_THAT(
      mistakes_of("routes:\n- {path: GET /a, methods: [PUT]}"),
      ElementsAre("f.yaml:2: routes[0]: expected the methods before the template or in methods, found both"));
  EXPECT_THAT(
      mistakes_of("routes:\n- dialect: go\n  routes:\n  - GET /a{x}"),
      ElementsAre(
          "f.yaml:4:11: routes[0].routes[0]: expected a parameter to be a whole segment, found \"{x}\""));
}

TEST(Settings, GuessWhereThereAreNoRoutes) {
  EXPECT_EQ(Settings{}.unmatched_policy(), routes::UnmatchedPolicy::kGuess);
  EXPECT_EQ(read("routes: [/a]").unmatched_policy(), routes::UnmatchedPolicy::kFold);
  EXPECT_EQ(read("routes: [/a]\nunmatched: guess").unmatched_policy(), routes::UnmatchedPolicy::kGuess);
  EXPECT_EQ(read("unmatched: fold").unmatched_policy(), routes::UnmatchedPolicy::kFold);
}

TEST(YamlSettings, LeaveWhatTheFileDoesNotSay) {
  Settings settings;
  settings.workers = 7;
  EXPECT_THAT(read_yaml("f.yaml", "listen: :80", settings), IsEmpty());
  EXPECT_EQ(settings.workers, 7U);
}

TEST(YamlSettings, SayWhatIsWrongAndWhere) {
  struct Case {
    std::string text;
    std::string mistake;
  };
  const std::string method =
      "expected GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH, found ";
  const std::vector<Case> cases = {
      // The shape of the file.
      {"[]", "f.yaml:1: expected a mapping, found a list"},
      {"text", R"(f.yaml:1: expected a mapping, found "text")"},
      {"{}\n---\n{}", "f.yaml:3: expected one document, found another"},
      {"\nlistn: :80", R"(f.yaml:2: expected a known key (did you mean listen?), found "listn")"},
      {"upstreams: {}",
       "f.yaml:1: expected one of listen, backend, readiness, metrics, workers, log_level, access_log, "
       "inspector, "
       "timeouts, limits, request_body, "
       "max_connections, tcp_keepalive, reuse_port, trusted_proxies, via, client_half_close, openapi, "
       "unmatched, "
       "trailing_slash, "
       "dialect, ignore_case, routes, "
       "found "
       "\"upstreams\""},
      {"[a]: b", "f.yaml:1: expected a key, found a list"},
      {"workers: 1\n\nworkers: 2", "f.yaml:3: workers: expected once, found again after line 1"},
      // Values.
      {"listen: 8080", R"(f.yaml:1: listen: expected host:port or unix:/path, found "8080")"},
      {"listen:",
       "f.yaml:1: listen: expected host:port or unix:/path, or a mapping with address, found nothing"},
      {"workers: [1]", "f.yaml:1: workers: expected one value, found a list"},
      {"workers: {a: b}", "f.yaml:1: workers: expected one value, found a mapping"},
      {"backend: app",
       R"(f.yaml:1: backend: expected http://host:port, https://host:port or unix:/path, found "app")"},
      {"workers: many", R"(f.yaml:1: workers: expected a number from 1 to 1024, or auto, found "many")"},
      {"log_level: loud", R"(f.yaml:1: log_level: expected debug, info, warn or error, found "loud")"},
      {"inspector: off", R"(f.yaml:1: inspector: expected a mapping, found "off")"},
      {"inspector:\n  examples: some", R"(f.yaml:2: inspector.examples: expected on or off, found "some")"},
      {"metrics: 1", R"(f.yaml:1: metrics: expected a mapping, found "1")"},
      {"metrics:\n  listen: x", R"(f.yaml:2: metrics.listen: expected host:port or unix:/path, found "x")"},
      {"metrics:\n  naming: nginx",
       R"(f.yaml:2: metrics.naming: expected http, flask or otel, found "nginx")"},
      {"metrics:\n  naming: []",
       "f.yaml:2: metrics.naming: expected http, flask or otel, found an empty list"},
      {"metrics:\n  naming: {a: b}",
       "f.yaml:2: metrics.naming: expected a value or a list of values, found a mapping"},
      {"metrics:\n  naming:\n  - http\n  - [x]",
       "f.yaml:4: metrics.naming[1]: expected one value, found a list"},
      {"metrics:\n  port: 1",
       R"(f.yaml:2: metrics: expected one of listen, naming, enable_lifecycle, web_config, probes, expose, buckets, histograms, native_histograms, max_series, zero_series, route_header, labels, rename, found "port")"},
      {"timeouts:\n  conect: 1s",
       R"(f.yaml:2: timeouts: expected a known key (did you mean connect?), found "conect")"},
      {"timeouts:\n  connect: 1",
       R"(f.yaml:2: timeouts.connect: expected a duration such as 250ms, 3s, 5m or 1h, found "1")"},
      // Routes.
      {"routes: /a", R"(f.yaml:1: routes: expected a list, found "/a")"},
      {"routes:\n- [/a]",
       "f.yaml:2: routes[0]: expected a template or a mapping with path or group, found a list"},
      {"routes:\n-",
       "f.yaml:2: routes[0]: expected a template or a mapping with path or group, found nothing"},
      {"routes:\n- {name: x}", "f.yaml:2: routes[0]: expected a path or a group, found none"},
      {"routes:\n- path:\n  name: x", "f.yaml:2: routes[0].path: expected one value, found nothing"},
      {"routes:\n- path: /a\n  nam: x",
       R"(f.yaml:3: routes[0]: expected a known key (did you mean name?), found "nam")"},
      {"routes:\n- path: /a\n  name: ''", R"(f.yaml:3: routes[0].name: expected a name, found "")"},
      {"routes:\n- path: /a\n  methods: [GET, get]", "f.yaml:3: routes[0].methods: " + method + R"("get")"},
      {"routes:\n- path: /a\n  methods: []",
       "f.yaml:3: routes[0].methods: expected at least one method, found an empty list"},
      {"routes:\n- /ok\n- /users/{id",
       "f.yaml:3:13: routes[1]: expected } after the name of the parameter, found the end"},
      {"routes:\n- /users/{id}\n- path: /users/{name}",
       "f.yaml:3: routes[1]: expected a template and methods unlike the others', found \"/users/{name}\", "
       "which "
       "matches the same as \"/users/{id}\" on line 2"},
      {"routes:\n- path: '/a/{b'",
       "f.yaml:2:15: routes[0]: expected } after the name of the parameter, found the end"},
      {"routes:\n- name: x\n  group: [/ok, /a/*b*]",
       R"(f.yaml:3:19: routes[0].group[1]: expected * for one segment, ** for the rest of the path, or *name, found "*b*")"},
      {"routes:\n- group: [/a]", "f.yaml:2: routes[0]: expected a name for the group, found none"},
      {"routes:\n- {name: x, group: []}",
       "f.yaml:2: routes[0].group: expected at least one template, found an empty list"},
      {"routes:\n- {name: x, group: [/a], path: /b}",
       "f.yaml:2: routes[0]: expected a path or a group, found both"},
      {"routes:\n- {path: /a, exclude: yes}",
       R"(f.yaml:2: routes[0].exclude: expected on or off (did you mean on?), found "yes")"},
      {"routes:\n- {path: /a, buckets: [1, x]}",
       R"(f.yaml:2: routes[0].buckets: expected bounds in seconds, as in [0.1, 0.5, 1], found "x")"},
      {"unmatched: drop", R"(f.yaml:1: unmatched: expected fold, path or guess, found "drop")"},
      {"trailing_slash: no", R"(f.yaml:1: trailing_slash: expected ignore or strict, found "no")"},
      {"openapi: ''", R"(f.yaml:1: openapi: expected the path of a file, found "")"},
      {"routes:\n- path: /a\n  name: unmatched",
       "f.yaml:2: routes[0]: expected a name that is not reserved for paths without a route, found "
       "\"unmatched\""},
  };
  for (const Case& each : cases)
    EXPECT_THAT(mistakes_of(each.text), ElementsAre(each.mistake)) << each.text;
}

TEST(YamlSettings, ReportTheSyntaxInOneLine) {
  for (const char* text :
       {"a: [", "a: b: c", "\ta: b", "a: \"", "{", "*x", "a: &x *x\n*y", "a: b\n c", "a: [::]:80"}) {
    const std::vector<std::string> mistakes = mistakes_of(text);
    ASSERT_EQ(mistakes.size(), 1U) << text;
    EXPECT_TRUE(mistakes[0].starts_with("f.yaml:")) << mistakes[0];
    EXPECT_EQ(mistakes[0].find('\n'), std::string::npos) << mistakes[0];
  }
  EXPECT_THAT(mistakes_of("listen: :80\nmetrics: {"),
              ElementsAre(testing::StartsWith("f.yaml:2: expected valid YAML, found a mistake: ")));
  EXPECT_THAT(mistakes_of("routes: [/users/{id}]"),
              ElementsAre(testing::EndsWith("(within brackets, quote a template that has brackets: "
                                            "[\"/users/{id}\"])")));
  EXPECT_THAT(mistakes_of("routes: [\"/users/{id}\"]"), testing::IsEmpty());
  EXPECT_EQ(mistakes_of(std::string(100000, '[')).size(), 1U) << "depth is bounded";
}

TEST(YamlSettings, ReportEveryMistakeInTheOrderOfTheLines) {
  const std::vector<std::string> mistakes = mistakes_of(R"(routes:
  - /a/{
  - /b
  - path: /c
    methods: [FOO]
  - /b/
timeouts: {drain: 0s, tunnel: x}
lisen: :80
)");
  std::vector<std::string> places;
  for (const std::string& mistake : mistakes)
    places.push_back(mistake.substr(0, mistake.find(": expected")));
  EXPECT_THAT(places,
              ElementsAre("f.yaml:2:9: routes[0]", "f.yaml:5: routes[2].methods", "f.yaml:6: routes[3]",
                          "f.yaml:7: timeouts.drain", "f.yaml:7: timeouts.tunnel", "f.yaml:8"));
}

TEST(ToYaml, PrintsTheDefaultsInFull) {
  EXPECT_EQ(to_yaml(Settings{}), R"(listen: 0.0.0.0:8080
backend:
  url: http://127.0.0.1:5000
  verify: on
  max_connections: none
  max_queue: 1024
  idle_timeout: 4s
  health:
    path: none
    interval: 5s
    timeout: 2s
readiness: process
metrics:
  listen: 0.0.0.0:10180
  naming: [http]
  enable_lifecycle: false
  probes: auth
  expose:
    page: true
    routes: true
  buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
  histograms: []
  native_histograms: false
  max_series: 20000
  zero_series: on
  labels:
    {}
  rename:
    families:
      {}
    labels:
      {}
workers: 1
log_level: info
access_log: off
inspector:
  examples: on
timeouts:
  tls_handshake: 10s
  request_head: 10s
  request_body: 1m
  queue: 5s
  connect: 5s
  response_head: 1m
  response_body: 1m
  keep_alive: 75s
  tunnel: 1h
  drain_delay: 0s
  drain: 30s
limits:
  request_line: 8KiB
  head: 32KiB
  fields: 100
  trailers: 8KiB
  chunk_size_line: 256B
  body: none
  routes: 20000
  openapi_size: 128MiB
  route_memory: 64MiB
request_body:
  buffer: 16KiB
  min_rate: off
max_connections: none
tcp_keepalive: 1m
reuse_port: false
trusted_proxies: [private_ranges]
via: off
client_half_close: abort
openapi:
  []
unmatched: guess
trailing_slash: ignore
dialect: auto
ignore_case: false
routes:
  []
)");
}

TEST(YamlSettings, HoldRoutesToTheirLimits) {
  const auto mistakes_of = [](const std::string& text) {
    Settings settings;
    return read_yaml("f.yaml", text, settings);
  };
  // Wherever the limits stand.
  const std::string routes = "routes:\n- /a\n- /b\n- /c/:d?\n- /e\n";
  EXPECT_THAT(mistakes_of(routes + "limits: {routes: 5}\n"), IsEmpty());
  EXPECT_THAT(
      mistakes_of("limits: {routes: 4}\n" + routes),
      ElementsAre("f.yaml:6: routes[3]: expected at most 4 templates (limits.routes), servers and optional "
                  "parts expanded, found more"));
  EXPECT_THAT(
      mistakes_of(routes + "limits: {routes: 2}\n"),
      ElementsAre("f.yaml:4: routes[2]: expected at most 2 templates (limits.routes), servers and optional "
                  "parts expanded, found more"));
  EXPECT_THAT(mistakes_of(routes + "limits: {route_memory: 1KiB}\n"),
              ElementsAre("f.yaml:3: routes[1]: expected routes of at most 1024 bytes of memory "
                          "(limits.route_memory), found more"));
}

TEST(ToYaml, LoadsToTheSameSettings) {
  Settings settings;
  settings.route_limits = {70'000, 3 << 20U, 1 << 30U};
  settings.listen = {{{"::", 0, {}}}, {{{}, 0, "/run/a.sock"}, 0660, "a:b"}};
  settings.backend = {{}, 0, "/run/my app: #1.sock"};
  settings.metrics_listen = {{{"localhost", 1, {}}}};
  settings.namings = {Naming::kFlask, Naming::kHttp};
  settings.workers = 12;
  settings.log_level = LogLevel::kDebug;
  settings.backend_limits = {17, 0, 1500ms};
  settings.health = {"/healthz", 1500ms, 1ms};
  settings.readiness = Readiness::kBackend;
  settings.request_body = {3 << 20U, 1};
  settings.timeouts = {1ms, 2s, 7s, 3min, 4h, 5001ms, 61s, 61min, 5s, 720h};
  const std::vector<std::string> names = {"",    "~",   "null", "true",     "42", "a: b",        "# x",
                                          "- a", "{x}", "'\"",  " spaced ", "&a", "gr\xc3\xbcn", "\\n",
                                          "%",   "!!x", "---"};
  for (const std::string& name : names) {
    settings.routes.push_back(
        {"/r" + std::to_string(settings.routes.size()) + "/{id}/%20/{rest...}", {}, name, 0});
  }
  settings.routes.push_back({"/", set_of({Method::get, Method::trace}), {}, 0});
  settings.routes.push_back({"/", set_of({Method::post}), {}, 0});

  settings.routes.push_back({"/g/1", {}, "g", 0});
  settings.routes.back().group = settings.routes.size();
  settings.routes.back().buckets = {1e-05, 0.1, 2};
  settings.routes.push_back(settings.routes.back());
  settings.routes.back().path = "/g/2";
  settings.routes.push_back({"/excluded", {}, {}, 0});
  settings.routes.back().is_excluded = true;
  settings.unmatched = routes::UnmatchedPolicy::kPath;
  settings.matching = {true, true};
  settings.dialect = routes::Dialect::kFlask;
  for (routes::RouteSpec& route : settings.routes)
    route.dialect = routes::Dialect::kAuto;
  settings.routes.push_back({"/flask/<int:id>", {}, {}, 0, routes::Dialect::kFlask});
  settings.routes.push_back(
      {"go.example/static/", set_of({Method::get, Method::unknown}), {}, 0, routes::Dialect::kGo});
  settings.openapi = {{"/api.yaml"}, {"/b.yaml", "/v1"}, {"/c.yaml", ""}};
  settings.enable_lifecycle = true;
  settings.web_config = "/etc/wayside/web.yaml";
  settings.probes = Probes::kOpen;
  settings.reuse_port = true;
  settings.inspector_examples = false;
  settings.expose = {.page = false, .routes = false};

  for (const char* name : {"X-Route", "~", "null", "*x", "&x", "!x", "%x", "|x", "'x", "`x", "-"}) {
    settings.measurement.route_header = name;
    EXPECT_EQ(read(to_yaml(settings)).measurement, settings.measurement) << name;
  }

  Settings again = read(to_yaml(settings));
  for (routes::RouteSpec& route : again.routes)
    route.line = 0;
  EXPECT_EQ(again, settings) << to_yaml(settings);
  EXPECT_EQ(to_yaml(again), to_yaml(settings));
}

}  // namespace
}  // namespace wayside::config
