#include "wayside/inspector/inspector.hpp"

#include <gtest/gtest.h>

#include <chrono>
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

TEST(Inspector, AddsTheWorkersUp) {
  Inspector inspector(2);
  std::vector<routes::RouteSpec> specs = {spec("/users/{id}", 3), spec("/healthz", 4)};
  specs[0].methods.insert(Method::get);
  specs[1].is_excluded = true;
  auto routes = inspector.prepare(specs);
  routes->use(0, 1).add(200, TimePoint(990s));
  routes->use(1, 1).add(502, TimePoint(980s));
  routes->use(1, 1).add(404, TimePoint(995s));
  routes->use(0, routes::kUnmatched).add(404, TimePoint(1000s));
  inspector.unmatched(0).answered(inspector.unmatched(0).saw("/a/1", Method::get, TimePoint(900s)), 404);
  inspector.unmatched(1).saw("/a/2", Method::put, TimePoint(1000s));
  inspector.show(std::move(routes));
  EXPECT_EQ(written(inspector, Format::kJson), R"({"routes":[
{"path":"/users/{id}","label":"/users/{id}","defined":"on line 3","methods":["GET"],"excluded":false,"hits":3,"status_4xx":1,"status_5xx":1,"last_used":"2026-01-01T11:59:55Z"},
{"path":"/healthz","label":"/healthz","defined":"on line 4","methods":[],"excluded":true,"hits":0,"status_4xx":0,"status_5xx":0,"last_used":null}],
"never_hit":["/healthz"],
"unmatched_requests":1,
"unmatched":[
{"suggested_template":"/a/{id}","path":"/a/1","count":2,"count_error":0,"methods":["GET","PUT"],"statuses":[404],"first_seen":"2026-01-01T11:58:20Z","last_seen":"2026-01-01T12:00:00Z"}]}
)");
  EXPECT_EQ(written(inspector, Format::kText), R"(2 routes, 1 of them never hit; 1 requests without a route

HITS  4XX  5XX  LAST USED             METHODS  ROUTE        LABEL
3     1    1    2026-01-01T11:59:55Z  GET      /users/{id}  /users/{id}
0     0    0    never                 any      /healthz     (excluded)

The busiest paths without a route

COUNT  METHODS  STATUS  FIRST SEEN            LAST SEEN             EXAMPLE  ROUTE TO ADD
2      GET PUT  404     2026-01-01T11:58:20Z  2026-01-01T12:00:00Z  /a/1     - /a/{id}
)");
}

TEST(Inspector, ShowsNoPathAsItCameWhereExamplesAreOff) {
  constexpr bool kShowsExamples = false;
  Inspector inspector(1, kShowsExamples);
  inspector.unmatched(0).saw("/orders/4711?key=secret", Method::get, TimePoint(1000s));
  // Too long for a template.
  std::string path;
  while (path.size() <= UnmatchedPath::kMaxText)
    path += "/secret";
  inspector.unmatched(0).saw(path, Method::get, TimePoint(1000s));
  for (const Format format : {Format::kJson, Format::kText, Format::kHtml}) {
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

TEST(Inspector, KeepsTheFiguresOfARouteOverReloads) {
  Inspector inspector(1);
  inspector.prepare(std::vector{spec("/a", 1), spec("/b", 2)})->use(0, 2).add(200, TimePoint(1s));
  EXPECT_EQ(inspector.prepare(std::vector{spec("/b", 9)})->use(0, 1).hits(), 1U);
  EXPECT_EQ(inspector.prepare(std::vector{spec("/a", 1)})->use(0, 1).hits(), 0U);
}

TEST(Inspector, ShowsWhatIsPreparedOnlyWhenTold) {
  Inspector inspector(1);
  auto routes = inspector.prepare(std::vector{spec("/a", 1)});
  EXPECT_EQ(written(inspector, Format::kJson).find("/a"), std::string::npos);
  inspector.show(std::move(routes));
  EXPECT_NE(written(inspector, Format::kJson).find("/a"), std::string::npos);
}

// The access log writes the label in the same way (accesslog/entry.hpp), so that the two can be joined.
TEST(Inspector, WritesLabelsAsUtf8) {
  Inspector inspector(1);
  std::vector<routes::RouteSpec> specs = {spec("/b", 1)};
  specs[0].name = "B\u00fccher";
  inspector.show(inspector.prepare(specs));
  const std::string json = written(inspector, Format::kJson);
  EXPECT_NE(json.find("\"label\":\"B\u00fccher\""), json.npos) << json;
}

TEST(Inspector, ShowsForeignTextSafely) {
  Inspector inspector(1);
  inspector.unmatched(0).saw("/<script>\x1b\xff\"", Method::get, TimePoint(1s));
  EXPECT_NE(written(inspector, Format::kJson).find(R"("/<script>\u001b\u00ff\"")"), std::string::npos);
  EXPECT_NE(written(inspector, Format::kHtml).find(R"(&quot;/&lt;script&gt;\x1b\xff\&quot;&quot;)"),
            std::string::npos);
  EXPECT_EQ(written(inspector, Format::kText).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace wayside::inspector
