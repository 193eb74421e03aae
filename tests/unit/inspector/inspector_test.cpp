#include "wayside/inspector/inspector.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wayside::inspector {
namespace {

using namespace std::chrono_literals;

routes::RouteSpec spec(std::string path, std::size_t line) {
  routes::RouteSpec made;
  made.path = std::move(path);
  made.line = line;
  return made;
}

// Noon of the first day of 2026, 1000 s after the steady clock's epoch.
ClockReading clock_reading() {
  return {TimePoint(1000s), std::chrono::system_clock::from_time_t(1767268800)};
}

std::string written(const Inspector& inspector, Format format) {
  std::string out;
  inspector.write(format, clock_reading(), out);
  return out;
}

class InspectorTest : public testing::Test {
 protected:
  std::unique_ptr<const Inspector::Routes> prepare(const std::vector<routes::RouteSpec>& specs) {
    auto table = routes::RouteTable::build(specs);
    if (table.has_error()) throw std::logic_error(table.error().message);
    return inspector_.prepare(std::make_shared<const routes::RouteTable>(*std::move(table)), specs);
  }
  void show(const std::vector<routes::RouteSpec>& specs) { inspector_.show(prepare(specs)); }

  Inspector inspector_{2};
};

TEST_F(InspectorTest, AddsTheWorkersUp) {
  std::vector<routes::RouteSpec> specs = {spec("/healthz", 3), spec("/users/{id}", 4)};
  specs[0].is_excluded = true;
  specs[1].methods.insert(Method::get);
  auto routes = prepare(specs);
  routes->use(0, 2).add(200, TimePoint(990s));
  routes->use(1, 2).add(502, TimePoint(980s));
  routes->use(1, 2).add(404, TimePoint(995s));
  routes->use(0, routes::kUnmatched).add(404, TimePoint(1000s));
  routes->use(1, routes::kUnmatched).add(404, TimePoint(1000s));
  inspector_.unmatched(0).answered(inspector_.unmatched(0).saw("/a/1", Method::get, TimePoint(900s)), 404);
  inspector_.unmatched(1).saw("/a/2", Method::put, TimePoint(1000s));
  inspector_.show(std::move(routes));
  EXPECT_EQ(written(inspector_, Format::kJson), R"({"routes":[
{"path":"/users/{id}","label":"/users/{id}","defined":"on line 4","methods":["GET"],"excluded":false,"hits":3,"status_4xx":1,"status_5xx":1,"last_used":"2026-01-01T11:59:55Z"},
{"path":"/healthz","label":"/healthz","defined":"on line 3","methods":[],"excluded":true,"hits":0,"status_4xx":0,"status_5xx":0,"last_used":null}],
"never_hit":["/healthz"],
"unmatched_requests":2,
"unmatched":[
{"suggested_template":"/a/{id}","path":"/a/1","count":2,"count_error":0,"methods":["GET","PUT"],"statuses":[404],"first_seen":"2026-01-01T11:58:20Z","last_seen":"2026-01-01T12:00:00Z"}],
"catch_alls":[]}
)");
  EXPECT_EQ(written(inspector_, Format::kText), R"(2 routes, 1 of them never hit; 2 requests without a route

HITS  4XX  5XX  LAST USED             METHODS  ROUTE        LABEL
3     1    1    2026-01-01T11:59:55Z  GET      /users/{id}  /users/{id}
0     0    0    never                 any      /healthz     (excluded)

The busiest paths without a route

COUNT  METHODS  STATUS  FIRST SEEN            LAST SEEN             EXAMPLE  ROUTE TO ADD
2      GET PUT  404     2026-01-01T11:58:20Z  2026-01-01T12:00:00Z  /a/1     - /a/{id}
)");
}

TEST_F(InspectorTest, ShowsTheBusiestRoutesFirst) {
  auto routes = prepare({spec("/a", 1), spec("/b", 2), spec("/c", 3), spec("/d", 4)});
  routes->use(0, 2).add(200, TimePoint(1s));
  for (std::size_t worker = 0; worker < 2; ++worker)
    routes->use(worker, 4).add(200, TimePoint(1s));
  inspector_.show(std::move(routes));
  const std::string json = written(inspector_, Format::kJson);
  const auto position = [&json](const char* path) {
    return json.find(std::string("{\"path\":\"") + path + '"');
  };
  EXPECT_LT(position("/d"), position("/b")) << json;
  EXPECT_LT(position("/b"), position("/a"));
  EXPECT_LT(position("/a"), position("/c")) << "routes with equal hits";
  EXPECT_NE(position("/c"), json.npos) << json;
}

TEST_F(InspectorTest, ShowsNoPathAsItCameWhereExamplesAreOff) {
  constexpr bool kShowsExamples = false;
  Inspector inspector(1, kShowsExamples);
  inspector.unmatched(0).saw("/orders/4711?key=secret", Method::get, TimePoint(1000s));
  // Too long for a template.
  std::string path;
  while (path.size() <= UnmatchedPath::kMaxText)
    path += "/secret";
  inspector.unmatched(0).saw(path, Method::get, TimePoint(1000s));
  for (const Format format : {Format::kJson, Format::kText}) {
    const std::string page = written(inspector, format);
    EXPECT_EQ(page.find("4711"), page.npos) << page;
    EXPECT_EQ(page.find("secret"), page.npos) << page;
    EXPECT_NE(page.find("/orders/{id}"), page.npos) << page;
  }
  const std::string json = written(inspector, Format::kJson);
  EXPECT_NE(json.find(R"({"suggested_template":"/orders/{id}","path":null,"count":1)"), json.npos) << json;
  EXPECT_NE(json.find(R"({"suggested_template":null,"path":null,"count":1)"), json.npos) << json;
  EXPECT_NE(written(inspector, Format::kText).find("(off)    - /orders/{id}\n"), json.npos);
}

TEST_F(InspectorTest, SuggestsWhatARouteMayBe) {
  show({});
  inspector_.unmatched(0).saw("/a:b:", Method::get, TimePoint(1000s));
  inspector_.unmatched(0).saw("/{id}", Method::get, TimePoint(1000s));
  inspector_.unmatched(1).saw("/42", Method::get, TimePoint(1000s));
  const std::string json = written(inspector_, Format::kJson);
  EXPECT_NE(json.find(R"({"suggested_template":"/a\\:b\\:","path":"/a:b:","count":1)"), json.npos) << json;
  EXPECT_NE(json.find(R"({"suggested_template":null,"path":"/{id}","count":1)"), json.npos) << json;
  EXPECT_NE(json.find(R"({"suggested_template":"/{id}","path":"/42","count":1)"), json.npos) << json;
  EXPECT_NE(written(inspector_, Format::kText).find(R"(- '/a\:b\:')"), std::string::npos);
}

TEST_F(InspectorTest, SuggestsCatchAllsWherePathsGoOn) {
  show({spec("/files/{p}", 1), spec("/users/<id>", 2), spec("/numbers/{n:int}", 3), spec("/{page}", 4)});
  UnmatchedPaths& unmatched = inspector_.unmatched(0);
  unmatched.answered(unmatched.saw("/files/a/b/c", Method::get, TimePoint(1s)), 200);
  unmatched.answered(unmatched.saw("/files/x/y?q", Method::put, TimePoint(1s)), 404);
  inspector_.unmatched(1).answered(inspector_.unmatched(1).saw("/files/a/b/c", Method::get, TimePoint(1s)),
                                   200);
  unmatched.saw("/users/7/orders", Method::get, TimePoint(1s));
  unmatched.answered(unmatched.saw("/numbers/7/digits", Method::get, TimePoint(1s)), 200);
  unmatched.answered(unmatched.saw("/wp-admin/setup.php", Method::get, TimePoint(1s)), 404);
  const std::vector<CatchAllHint> hints = inspector_.catch_all_hints();
  ASSERT_EQ(hints.size(), 2U);
  EXPECT_EQ(hints[0].route, "/files/{p}");
  EXPECT_EQ(hints[0].catch_all, "/files/{p:path}");
  EXPECT_EQ(hints[0].count, 2U) << "without those that were answered with errors alone";
  EXPECT_EQ(hints[1].yaml_line(), "- /users/<path:id>");
  const std::string json = written(inspector_, Format::kJson);
  EXPECT_NE(
      json.find(
          R"({"path":"/files/{p}","suggested_template":"/files/{p:path}","yaml":"- /files/{p:path}","count":2})"),
      json.npos)
      << json;
  EXPECT_NE(written(inspector_, Format::kText).find("\n2      /files/{p}   - /files/{p:path}\n"), json.npos)
      << written(inspector_, Format::kText);
  // With the catch-all, nothing is missing.
  show({spec("/files/{p:path}", 1), spec("/users/<path:id>", 2)});
  EXPECT_TRUE(inspector_.catch_all_hints().empty());
}

TEST_F(InspectorTest, KeepsTheFiguresOfARouteOverReloads) {
  prepare({spec("/a", 1), spec("/b", 2)})->use(0, 2).add(200, TimePoint(1s));
  EXPECT_EQ(prepare({spec("/b", 9)})->use(0, 1).hits(), 1U);
  EXPECT_EQ(prepare({spec("/a", 1)})->use(0, 1).hits(), 0U);
}

TEST_F(InspectorTest, ShowsWhatIsPreparedOnlyWhenTold) {
  auto routes = prepare({spec("/a", 1)});
  EXPECT_EQ(written(inspector_, Format::kJson).find("/a"), std::string::npos);
  inspector_.show(std::move(routes));
  EXPECT_NE(written(inspector_, Format::kJson).find("/a"), std::string::npos);
}

// The access log writes the label in the same way (accesslog/entry.hpp), so that the two can be joined.
TEST_F(InspectorTest, WritesLabelsAsUtf8) {
  std::vector<routes::RouteSpec> specs = {spec("/b", 1)};
  specs[0].name = "B\u00fccher";
  show(specs);
  const std::string json = written(inspector_, Format::kJson);
  EXPECT_NE(json.find("\"label\":\"B\u00fccher\""), json.npos) << json;
}

TEST_F(InspectorTest, ShowsForeignTextSafely) {
  Inspector inspector(1);
  inspector.unmatched(0).saw("/<script>\x1b\xff\"", Method::get, TimePoint(1s));
  EXPECT_NE(written(inspector, Format::kJson).find(R"("/<script>\u001b\u00ff\"")"), std::string::npos);
  EXPECT_EQ(written(inspector, Format::kText).find('\x1b'), std::string::npos);
}

TEST_F(InspectorTest, TextHasFurtherColumnsByLabel) {
  std::vector<routes::RouteSpec> specs = {spec("/a", 1), spec("/b", 2)};
  specs[0].name = "shared";
  show(specs);
  const FurtherColumns further{{"RATE", "P50"}, {{"shared", {"1.5", "2ms"}}}};
  std::string out;
  inspector_.write(Format::kText, clock_reading(), out, further);
  EXPECT_EQ(out, R"(2 routes, 2 of them never hit; 0 requests without a route

HITS  4XX  5XX  LAST USED  RATE  P50  METHODS  ROUTE  LABEL
0     0    0    never      1.5   2ms  any      /a     shared
0     0    0    never      -     -    any      /b     /b
)");
  std::string json;
  inspector_.write(Format::kJson, clock_reading(), json, further);
  EXPECT_EQ(json, written(inspector_, Format::kJson));
}

}  // namespace
}  // namespace wayside::inspector
