#include "wayside/openapi/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::openapi {
namespace {

using testing::ElementsAre;

// "GET,POST /path" for each route, and "any /path".
std::vector<std::string> routes_of(const std::string& text) {
  const auto specs = read_routes(text, "api.yaml");
  if (specs.has_error()) {
    return {std::to_string(specs.error().line) + ":" + std::to_string(specs.error().column) + ": " +
            specs.error().message};
  }
  std::vector<std::string> routes;
  for (const routes::RouteSpec& spec : *specs) {
    EXPECT_EQ(spec.file, "api.yaml");
    EXPECT_EQ(spec.dialect, routes::Dialect::kOpenApi);
    std::string methods;
    for (const Method method : kMethods) {
      if (spec.methods.contains(method))
        methods.append(methods.empty() ? "" : ",").append(method_label(method));
    }
    routes.push_back((methods.empty() ? "any" : methods) + " " + spec.path);
  }
  return routes;
}

TEST(OpenApi, ReadsVersion3) {
  EXPECT_THAT(routes_of(R"(openapi: 3.0.3
info: {title: Shop, version: "1"}
servers:
  - url: https://shop.example/api/v1/
  - url: https://staging.shop.example/api/v1
paths:
  x-note: nothing
  /pets:
    summary: Pets
    parameters: []
    get: {responses: {}}
    post: {responses: {}}
  /pets/{petId}:
    delete: {responses: {}}
  /shared:
    $ref: shared.yaml
)"),
              ElementsAre("GET,POST /api/v1/pets", "DELETE /api/v1/pets/{petId}", "any /api/v1/shared"));
}

TEST(OpenApi, ReadsVersion31AsJson) {
  EXPECT_THAT(routes_of("{\"openapi\": \"3.1.0\",\n\t\"info\": {\"title\": \"\\ud83d\\ude00 \\u00fc \\/\"},\n"
                        "\t\"paths\": {\"\\/a\\/{id}\": {\"get\": {}}}}"),
              ElementsAre("GET /a/{id}"));
}

TEST(OpenApi, ReadsSwagger2) {
  EXPECT_THAT(routes_of("swagger: '2.0'\nhost: h\nbasePath: /v2/\npaths:\n  /a: {put: {}}"),
              ElementsAre("PUT /v2/a"));
  EXPECT_THAT(routes_of("swagger: '2.0'\npaths:\n  /a: {put: {}}"), ElementsAre("PUT /a"));
}

TEST(OpenApi, KnowsEveryPlaceOfServers) {
  EXPECT_THAT(routes_of(R"(openapi: 3.1.0
servers: [{url: /v1}, {url: 'https://{region}.example/{version}', variables: {version: {enum: [v1, v2], default: v2}}}]
paths:
  /a:
    get: {}
  /b:
    servers: [{url: /}]
    get: {}
    post: {servers: [{url: other}]}
)"),
              ElementsAre("GET /v1/a", "GET /v2/a", "GET /b", "POST /other/b"));
}

// Real documents have these: a variable is the whole URL, its beginning, a part of the host, or a path with a
// slash.
TEST(OpenApi, ExpandsVariablesBeforeItTakesTheUrlApart) {
  const auto with_server = [](const std::string& server) {
    return routes_of("openapi: 3.0.0\nservers: [" + server + "]\npaths:\n  /x: {get: {}}\n");
  };
  EXPECT_THAT(with_server("{url: '{origin}', variables: {origin: {default: 'https://a.example/'}}}"),
              ElementsAre("GET /x"));
  EXPECT_THAT(
      with_server("{url: '{Endpoint}/v7.0', variables: {Endpoint: {default: 'https://a.example/api'}}}"),
      ElementsAre("GET /api/v7.0/x"));
  EXPECT_THAT(with_server("{url: '{scheme}://{host}/{base}', variables: {scheme: {enum: [http, https]}, "
                          "host: {enum: [a.example, b.example/b]}, base: {default: /v1/}}}"),
              ElementsAre("GET /b/v1/x", "GET /v1/x"));
  EXPECT_THAT(with_server("{url: '/{base}', variables: {base: {default: /v1}}}"), ElementsAre("GET /v1/x"));
  EXPECT_THAT(with_server("{url: 'https://{region}.example/v1?x=//y'}"), ElementsAre("GET /v1/x"));
  EXPECT_THAT(with_server("{url: //a.example/v1}"), ElementsAre("GET /v1/x"));
}

TEST(OpenApi, TakesSlashesThatFollowEachOtherForOne) {
  EXPECT_THAT(
      routes_of("swagger: '2.0'\nbasePath: /v1//\npaths:\n  //a///{b}: {get: {}}\n  /a/{b}: {put: {}}\n"),
      ElementsAre("GET,PUT /v1/a/{b}"));
}

TEST(OpenApi, ReadsAliases) {
  EXPECT_THAT(routes_of(R"(openapi: 3.0.0
x-items: {a: [1, &item {get: {}, servers: &s [{url: /s}]}]}
components: {x: &op {description: An operation, servers: *s}}
paths:
  /a: *item
  /b: {put: *op, post: &post {}}
  /c: {get: *post}
  &key /d: {get: {}}
x-more: {b: &item 1}
)"),
              ElementsAre("GET /s/a", "POST /b", "PUT /s/b", "GET /c", "GET /d"));
  EXPECT_THAT(routes_of("openapi: 3.0.0\npaths:\n  /a: *b\n"),
              ElementsAre("3:7: expected an anchor &b before its alias, found none"));
  EXPECT_THAT(routes_of("openapi: 3.0.0\npaths: &p\n  /a: {get: &o {servers: [*o]}}\n"),
              ElementsAre("3:27: expected a server with a url, found a mapping"));
}

TEST(OpenApi, PutsTheGivenPrefixInPlaceOfTheServers) {
  const std::string text =
      "openapi: 3.0.0\nservers: [{url: /v1}]\npaths:\n  /a: {servers: [{url: /b}], get: {servers: [{url: "
      "'{c}'}]}}\n";
  EXPECT_EQ(read_routes(text, "f", {}, "/p")->front().path, "/p/a");
  EXPECT_EQ(read_routes(text, "f", {}, "")->front().path, "/a");
  EXPECT_EQ(read_routes("swagger: '2.0'\nbasePath: /v1\npaths: {/a: {}}", "f", {}, "/p")->front().path,
            "/p/a");
}

TEST(OpenApi, LooksAtNothingThatItSubstituted) {
  const auto with_server = [](const std::string& server) {
    return routes_of("openapi: 3.0.0\nservers: [" + server + "]\npaths:\n  /x: {get: {}}\n");
  };
  EXPECT_THAT(with_server("{url: '/{a}', variables: {a: {default: '{a}'}}}"), ElementsAre("GET /{a}/x"));
  EXPECT_THAT(with_server("{url: '/{a}', variables: {a: {default: '{b}'}, b: {default: '{a}'}}}"),
              ElementsAre("GET /{b}/x"));
  EXPECT_THAT(with_server("{url: '/{a}{b}', variables: {a: {enum: [1, 2]}, b: {enum: [3, 4]}}}"),
              ElementsAre("GET /13/x", "GET /14/x", "GET /23/x", "GET /24/x"));
}

TEST(OpenApi, EndsWhereThereAreTooManyRoutes) {
  const auto error_of = [](const std::string& text, std::size_t limit) {
    const auto specs = read_routes(text, "api.yaml", {.routes = limit});
    return specs.has_error() ? std::to_string(specs.error().line) + ": " + specs.error().message : "none";
  };
  const std::string mistake = ": expected at most 3 templates (limits.routes), servers expanded, found more";
  const std::string servers = "openapi: 3.0.0\nservers: [{url: /a}, {url: /b}]\npaths:\n  /x: {}\n";
  EXPECT_EQ(error_of(servers + "  /y: {}\n", 4), "none");
  EXPECT_EQ(error_of(servers + "  /y: {}\n", 3), "5" + mistake);
  // The same server over and over makes one route; what costs is reading it.
  std::string list = "openapi: 3.0.0\nservers: &s [{url: /a}";
  for (int i = 0; i < 9; ++i)
    list += ", {url: /a}";
  list += "]\npaths:\n";
  EXPECT_EQ(error_of(list + "  /x: {servers: *s}\n", 2), "none");
  EXPECT_EQ(error_of(list + "  /x: {servers: *s, get: {servers: *s}}\n", 2),
            "4: expected at most 2 templates (limits.routes), servers expanded, found more");
}

TEST(OpenApi, ReadsManySurrogatesInOnePass) {
  std::string text = R"({"openapi": "3.0.0", "paths": {"/x": {"get": {"x-text": ")";
  for (int i = 0; i < 200'000; ++i)
    text += R"(\ud83d\ude00)";
  EXPECT_THAT(routes_of(text + R"("}}, "/\ud83d\ude00": {"get": {}}}})"),
              ElementsAre("GET /x", "GET /%F0%9F%98%80"));
}

TEST(OpenApi, TakesKeysThatAreNoPlainPaths) {
  EXPECT_THAT(
      routes_of("openapi: 3.0.0\npaths:\n  '/a b/{x y}?op=1': {get: {}}\n  '/a b/{x y}#two': {post: {}}\n"
                "  /c:d(e)/*: {get: {}}"),
      ElementsAre("GET,POST /a%20b/{x%20y}", "GET /c:d(e)/*"));
}

TEST(OpenApi, TakesAnyNameAndAnyPercentSign) {
  EXPECT_THAT(routes_of("{openapi: 3.0.0, paths: {'/a/{id?}/x?y={z}': {get: {}}, '/b{?q,r}': {get: {}}, "
                        "'/c/{d}{#e}': {get: {}}, '/50%/{my id}/%41': {get: {}}}}"),
              ElementsAre("GET /a/{id?}/x", "GET /b", "GET /c/{d}", "GET /50%25/{my%20id}/%41"));
}

// 20,000 aliases of a path with 100,000 keys, which took minutes.
TEST(OpenApi, BoundsTheWorkThatAliasesRepeat) {
  std::string text = "openapi: 3.0.0\npaths:\n  /a: &item {";
  for (int i = 0; i < 20'000; ++i)
    text += "k" + std::to_string(i) + ": 1, ";
  text += "get: &get {}}\n";
  for (int i = 0; i < 20'000; ++i)
    text += "  /p" + std::to_string(i) + ": *item\n";
  const auto routes = routes_of(text);
  ASSERT_EQ(routes.size(), 1U);
  EXPECT_THAT(routes.front(), testing::HasSubstr("expected aliases that repeat at most"));
}

TEST(OpenApi, BoundsTheSizeOfAServersUrl) {
  std::string url;
  for (int i = 0; i < 100'000; ++i)
    url += "/{a}";
  EXPECT_THAT(routes_of("openapi: 3.0.0\nservers: [{url: '" + url +
                        "', variables: {a: {default: bcd}}}]\npaths: {}\n"),
              ElementsAre(testing::HasSubstr("expected a server URL of at most 8192 bytes")));
  EXPECT_THAT(routes_of("openapi: 3.0.0\nservers: [{url: '/{a}/{a}', variables: {a: {default: " +
                        std::string(5000, 'x') + "}}}]\npaths: {}\n"),
              ElementsAre(testing::HasSubstr("expected a server URL of at most 8192 bytes")));
}

// Two bytes of the document would otherwise be forty of memory.
TEST(OpenApi, BoundsTheMemoryForReading) {
  std::string text = "openapi: 3.0.0\nx: &a [0";
  for (int i = 0; i < 10'000; ++i)
    text += ",0";
  text += "]\npaths: {/a: {get: {}}}\n";
  EXPECT_THAT(routes_of(text), ElementsAre("GET /a"));
  routes::Limits limits;
  limits.memory = 100'000;
  const auto specs = read_routes(text, "api.yaml", limits);
  ASSERT_TRUE(specs.has_error());
  EXPECT_THAT(specs.error().message, testing::HasSubstr("(limits.route_memory)"));
}

// libyaml took minutes for a megabyte of brackets.
TEST(OpenApi, BoundsTheDepth) {
  for (const std::string open : {"[", "{a: "}) {
    std::string text = "openapi: 3.0.0\npaths: {}\nx: ";
    for (int i = 0; i < 200'000; ++i)
      text += open;
    const auto specs = read_routes(text, "api.yaml");
    ASSERT_TRUE(specs.has_error());
    EXPECT_THAT(specs.error().message, testing::HasSubstr("expected nodes in at most 1000 others"));
    EXPECT_EQ(specs.error().line, 3U);
  }
}

TEST(OpenApi, SaysWhereADocumentIsBroken) {
  struct Case {
    std::string text;
    std::string error;
  };
  const std::vector<Case> cases = {
      {"", "1:1: expected an OpenAPI document, found nothing"},
      {"[]", "1:1: expected an OpenAPI document, found a list"},
      {"a: b", "1:1: expected openapi: 3.0, 3.1, or swagger: 2.0 in it, found a mapping"},
      {"openapi: 4.0.0\npaths: {}", R"(1:10: expected a version 3.0 or 3.1, found "4.0.0")"},
      {"swagger: 1.2\npaths: {}", R"(1:10: expected swagger: "2.0", found "1.2")"},
      {"openapi: 3.0.0", "1:1: expected a mapping paths beside the others in it, found a mapping"},
      {"openapi: 3.0.0\npaths: []", "2:8: expected a mapping of paths, found a list"},
      {"openapi: 3.0.0\npaths:\n  a: {}", R"(3:3: expected a path that begins with /, found "a")"},
      {"openapi: 3.0.0\npaths:\n  /a: [get]", "3:7: expected a mapping of operations, found a list"},
      {"openapi: 3.0.0\npaths:\n  /a:\n    get: yes",
       R"(4:10: expected an operation, which is a mapping, found "yes")"},
      {"openapi: 3.0.0\nservers: x\npaths: {}", R"(2:10: expected a list of servers, found "x")"},
      {"openapi: 3.0.0\nservers: [{a: b}]\npaths: {}", "2:11: expected a server with a url, found a mapping"},
      {"openapi: 3.0.0\nservers: [{url: '/{v}'}]\npaths: {}",
       R"(2:17: expected a default for the variable {v} of the server, found "/{v}")"},
      {"openapi: 3.0.0\npaths: {",
       "2:9: expected valid YAML or JSON, found a mistake: did not find expected node content, while parsing "
       "a flow "
       "node that begins at 2:9"},
      {R"({"openapi":"3.0.0","info":{"title":"\u00fc\ud83d\ude00ü"},"paths":{"/a":{"get":1}}})",
       R"(1:81: expected an operation, which is a mapping, found "1")"},
      {R"({"openapi":"3.0.0","info":{"title":"ü\ud83d\ude00"},"paths":{"/a":{"get":{}}},"x":[1}})",
       "1:86: expected valid YAML or JSON, found a mistake: did not find expected ',' or ']', while parsing "
       "a flow "
       "sequence that begins at 1:84"},
  };
  for (const Case& each : cases)
    EXPECT_THAT(routes_of(each.text), ElementsAre(each.error)) << each.text;
}

}  // namespace
}  // namespace wayside::openapi
