#include "wayside/routes/route_table.hpp"

#include "support/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

using test::set_of;

RouteTable table_of(const std::vector<RouteSpec>& specs) {
  auto table = RouteTable::build(specs);
  EXPECT_TRUE(table.has_value()) << table.error().message;
  return *std::move(table);
}

std::vector<RouteSpec> specs_of(const std::vector<std::string>& paths) {
  std::vector<RouteSpec> specs;
  for (const std::string& path : paths)
    specs.push_back({.path = path, .methods = {}, .name = {}});
  return specs;
}

struct Match {
  std::string_view target;
  std::string_view label;
};

void expect_matches(const RouteTable& table, const std::vector<Match>& matches) {
  for (const Match& each : matches) {
    EXPECT_EQ(table.label(table.match(Method::get, each.target)), each.label) << each.target;
  }
}

TEST(RouteTable, IsEmptyByDefault) {
  const RouteTable table;
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.label(kUnmatched), "unmatched");
  EXPECT_EQ(table.match(Method::get, "/"), kUnmatched);
}

TEST(RouteTable, NumbersRoutesAsGiven) {
  const RouteTable table = table_of(specs_of({"/b", "/a"}));
  EXPECT_EQ(table.size(), 3U);
  EXPECT_EQ(table.match(Method::get, "/b"), 1U);
  EXPECT_EQ(table.match(Method::get, "/a"), 2U);
}

TEST(RouteTable, PrefersThePathWithItsSlashToAnEmptyParameter) {
  std::vector<RouteSpec> specs =
      specs_of({"/a/:id", "/a/", "/b/:id", "/b/:n(^\\d+$)", "/b/*", "/c/:id", "/c/*"});
  for (RouteSpec& spec : specs)
    spec.dialect = Dialect::kFastify;
  const auto table = RouteTable::build(specs, {.trailing_slash_matters = true, .ignores_case = false});
  ASSERT_TRUE(table.has_value()) << table.error().message;
  expect_matches(*table, {{"/a/", "/a/"}, {"/a/1", "/a/:id"}, {"/b/", "/b/:n(^\\d+$)"}, {"/c/", "/c/:id"}});
}

TEST(RouteTable, MatchesSegmentBySegment) {
  const RouteTable table = table_of(specs_of({"/", "/users/{id}", "/users/{id}/posts", "/gr%C3%BCn"}));
  expect_matches(table, {
                            {"/", "/"},
                            {"/users/42", "/users/{id}"},
                            {"/users/a%2Fb", "/users/{id}"},
                            {"/users/42/posts", "/users/{id}/posts"},
                            {"/gr%C3%BCn", "/gr%C3%BCn"},
                            {"/users", "unmatched"},
                            {"/Users/42", "unmatched"},
                            {"/users/42/likes", "unmatched"},
                            {"/users/42/posts/1", "unmatched"},
                            {"/users//posts", "/users/{id}"},
                            {"/users//", "unmatched"},
                            {"//users/42", "/users/{id}"},
                            {"//", "/"},
                            {"/users/x/../42", "/users/{id}"},
                            {"/%75sers/42", "/users/{id}"},
                            {"/gr%c3%bcn", "/gr%C3%BCn"},
                        });
}

TEST(RouteTable, IgnoresOneSlashAtTheEnd) {
  const RouteTable table = table_of(specs_of({"/a", "/b/", "/c/{id}"}));
  expect_matches(table, {
                            {"/a/", "/a"},
                            {"/b", "/b/"},
                            {"/b/", "/b/"},
                            {"/c/1/", "/c/{id}"},
                            {"/a//", "/a"},
                            {"/c/", "unmatched"},
                        });
}

TEST(RouteTable, LetsACatchAllMatchAllThatIsLeftAndNothing) {
  const RouteTable table = table_of(specs_of({"/static/{path...}", "/exact/{path...}", "/exact"}));
  expect_matches(table, {
                            {"/static/css/a.css", "/static/{path...}"},
                            {"/static/a", "/static/{path...}"},
                            {"/static//a//", "/static/{path...}"},
                            {"/static/", "/static/{path...}"},
                            {"/static", "/static/{path...}"},
                            {"/exact/x", "/exact/{path...}"},
                            {"/exact", "/exact"},
                            {"/exact/", "/exact"},
                            {"/statics", "unmatched"},
                            {"/", "unmatched"},
                        });
}

TEST(RouteTable, PrefersTheMoreSpecificWhateverTheOrder) {
  std::vector<std::string> paths = {"/users/me",      "/users/{id}", "/users/{rest...}",
                                    "/users/{id}/me", "/{x}/me",     "/{rest...}"};
  std::ranges::sort(paths);
  do {
    const RouteTable table = table_of(specs_of(paths));
    expect_matches(table, {
                              {"/users/me", "/users/me"},
                              {"/users/42", "/users/{id}"},
                              {"/users/42/me", "/users/{id}/me"},
                              {"/users/me/me", "/users/{id}/me"},
                              {"/users/me/you", "/users/{rest...}"},
                              {"/users", "/users/{rest...}"},
                              {"/other/me", "/{x}/me"},
                              {"/other/you", "/{rest...}"},
                              {"/", "/{rest...}"},
                          });
  } while (std::ranges::next_permutation(paths).found);
}

TEST(RouteTable, TurnsBackWhereTheSpecificWayEnds) {
  const RouteTable table = table_of(specs_of({"/a/b/c/d", "/a/{x}/c/e", "/{x}/b/{y}/f", "/a/b/{rest...}"}));
  expect_matches(table, {
                            {"/a/b/c/d", "/a/b/c/d"},
                            {"/a/b/c/e", "/a/b/{rest...}"},
                            {"/a/z/c/e", "/a/{x}/c/e"},
                            {"/z/b/c/f", "/{x}/b/{y}/f"},
                            {"/a/z/c/f", "unmatched"},
                        });
}

TEST(RouteTable, LooksAtThePathOfTheTargetOnly) {
  const RouteTable table = table_of(specs_of({"/users/{id}", "/"}));
  expect_matches(table, {
                            {"/users/42?next=/x", "/users/{id}"},
                            {"/users/42#top", "/users/{id}"},
                            {"http://host:80/users/42?x", "/users/{id}"},
                            {"http://host", "/"},
                            {"/users?id=42", "unmatched"},
                            {"*", "unmatched"},
                            {"host:443", "unmatched"},
                            {"", "unmatched"},
                        });
}

TEST(RouteTable, ChoosesAmongTheRoutesOfATemplateByMethod) {
  const RouteTable table = table_of({
      {"/items/{id}", set_of({Method::get, Method::head}), "read", 1},
      {"/items/{item}/", set_of({Method::put, Method::unknown}), "write", 2},
  });
  EXPECT_EQ(table.match(Method::get, "/items/1"), 1U);
  EXPECT_EQ(table.match(Method::head, "/items/1"), 1U);
  EXPECT_EQ(table.match(Method::put, "/items/1"), 2U);
  EXPECT_EQ(table.match(Method::unknown, "/items/1"), 2U);
  EXPECT_EQ(table.match(Method::delete_, "/items/1"), 1U) << "listed by none: the first of them";
}

TEST(RouteTable, DoesNotFallThroughBecauseOfTheMethod) {
  const RouteTable table = table_of({
      {"/users/{id}", {}, {}, 0},
      {"/users/me", set_of({Method::post}), {}, 0},
  });
  EXPECT_EQ(table.match(Method::get, "/users/me"), 2U);
}

TEST(RouteTable, LetsRoutesShareALabel) {
  const RouteTable table = table_of({{"/a", {}, "shared", 0}, {"/b", {}, "shared", 0}});
  EXPECT_NE(table.match(Method::get, "/a"), table.match(Method::get, "/b"));
  EXPECT_EQ(table.label(1), "shared");
  EXPECT_EQ(table.label(2), "shared");
}

TEST(RouteTable, OutlivesItsSpecsAndItsMoves) {
  RouteTable table;
  {
    const std::vector<RouteSpec> specs = specs_of({"/a/long/enough/to/live/on/the/heap"});
    RouteTable built = table_of(specs);
    table = std::move(built);
  }
  EXPECT_EQ(table.label(table.match(Method::get, "/a/long/enough/to/live/on/the/heap")),
            "/a/long/enough/to/live/on/the/heap");
}

TEST(RouteTable, RejectsTemplatesThatCannotBeToldApart) {
  const MethodSet get = set_of({Method::get});
  const MethodSet get_and_put = set_of({Method::get, Method::put});
  struct Case {
    RouteSpec first;
    RouteSpec second;
  };
  const std::vector<Case> cases = {
      {{"/users/{id}", {}, {}, 3}, {"/users/{name}", {}, {}, 7}},
      {{"/users/{id}", get, {}, 3}, {"/users/{name}", get_and_put, {}, 7}},
      {{"/users", {}, {}, 3}, {"/users/", {}, {}, 7}},
      {{"/{a...}", {}, {}, 3}, {"/{b...}", {}, {}, 7}},
      {{"/", {}, {}, 3}, {"/", {}, {}, 7}},
  };
  for (const Case& each : cases) {
    const auto table = RouteTable::build(std::vector{each.first, each.second});
    ASSERT_TRUE(table.has_error()) << each.second.path;
    EXPECT_EQ(table.error().spec, 1U);
    EXPECT_EQ(table.error().column, 0U);
    EXPECT_EQ(table.error().message, "expected a template and methods unlike the others', found \"" +
                                         each.second.path + "\", which matches the same as \"" +
                                         each.first.path + "\" on line 3");
  }
}

TEST(RouteTable, NamesTheOtherRouteByNumberWhereThereIsNoFile) {
  const auto table = RouteTable::build(specs_of({"/a", "/b", "/b"}));
  ASSERT_TRUE(table.has_error());
  EXPECT_TRUE(table.error().message.ends_with("the same as \"/b\" in route 2")) << table.error().message;
}

TEST(RouteTable, RejectsNamesThatMisleadTheReaderOfMetrics) {
  for (const char* name : {"unmatched", "a\nb", "\x7f"}) {
    const auto table = RouteTable::build(std::vector<RouteSpec>{{"/a", {}, name, 0}});
    ASSERT_TRUE(table.has_error()) << name;
    EXPECT_EQ(table.error().spec, 0U);
  }
  EXPECT_TRUE(RouteTable::build(std::vector<RouteSpec>{{"/a", {}, "gr\xc3\xbcn", 0}}).has_value());
}

TEST(RouteTable, ReportsEveryMistakeInOrder) {
  const std::vector<RouteSpec> specs = {
      {"/a", {}, "unmatched", 1}, {"/ok", {}, {}, 2}, {"/ok", {}, {}, 3}, {"/x{", {}, {}, 4}, {"", {}, {}, 5},
  };
  const std::vector<RouteError> errors = RouteTable::check(specs);
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0].spec, 0U);
  EXPECT_EQ(errors[1].spec, 2U);
  EXPECT_EQ(errors[2].spec, 3U);
  EXPECT_EQ(errors[2].column, 4U);
  EXPECT_EQ(errors[3].spec, 4U);
  EXPECT_EQ(RouteTable::build(specs).error().spec, 0U);
  EXPECT_TRUE(RouteTable::check(specs_of({"/a", "/b"})).empty());
}

TEST(RouteTable, NamesTheTwin) {
  const auto errors = RouteTable::check(specs_of({"/a", "/{b", "/a"}));
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].twin, std::nullopt);
  EXPECT_EQ(errors[1].twin, 0U);
}

TEST(RouteTable, LooksAtNothingBehindItsLimits) {
  const std::vector<RouteSpec> specs = specs_of({"/a", "/b/:c?", "/{d", "/e"});
  EXPECT_EQ(RouteTable::check(specs, {}, {.routes = 4}).size(), 1U);  // that of /{d
  const auto too_many = RouteTable::check(specs, {}, {.routes = 2});
  ASSERT_EQ(too_many.size(), 1U);
  EXPECT_EQ(too_many[0].spec, 1U);
  EXPECT_TRUE(RouteTable::build(specs, {}, {.routes = 2}).has_error());

  // A constraint of 900 states takes more than 20 plain templates.
  const std::vector<RouteSpec> large = specs_of({"/a/{x:\\w{900}}"});
  EXPECT_TRUE(RouteTable::build(large, {}, {.memory = 10'000}).has_error());
  EXPECT_TRUE(RouteTable::build(large, {}, {.memory = 30'000}).has_value());
}

TEST(RouteTable, ReportsAClashOfSeveralAlternativesOnce) {
  // Each is "/a" and "/a/{x}".
  EXPECT_EQ(RouteTable::check(specs_of({"/a/:x?", "/a/:y?"})).size(), 1U);
  EXPECT_EQ(RouteTable::check(specs_of({"/a", "/a/:x", "/a/:y?"})).size(), 2U);
}

RouteSpec route_of(std::string_view path, std::initializer_list<Method> methods, std::string_view name,
                   Dialect dialect = Dialect::kAuto) {
  RouteSpec spec;
  spec.path = path;
  spec.name = name;
  spec.dialect = dialect;
  for (const Method method : methods)
    spec.methods.insert(method);
  return spec;
}

TEST(RouteTable, GivesOtherMethodsToTheRouteThatListsNone) {
  for (const bool is_first : {false, true}) {
    std::vector<RouteSpec> specs = {route_of("/u/{id}", {Method::get}, "read"),
                                    route_of("/u/{id}", {Method::put, Method::patch}, "write")};
    specs.insert(is_first ? specs.begin() : specs.end(), route_of("/u/{x}", {}, "others"));
    const auto table = RouteTable::build(specs);
    ASSERT_TRUE(table.has_value()) << table.error().message;
    EXPECT_EQ(table->label(table->match(Method::get, "/u/1")), "read");
    EXPECT_EQ(table->label(table->match(Method::patch, "/u/1")), "write");
    EXPECT_EQ(table->label(table->match(Method::delete_, "/u/1")), "others");
    EXPECT_EQ(table->label(table->match(Method::unknown, "/u/1")), "others");
  }
}

TEST(RouteTable, LetsARouteWithoutMethodsReplaceThoseOfADocument) {
  std::vector<RouteSpec> specs = {route_of("/u/{id}", {}, "own"),
                                  route_of("/u/{id}", {Method::get}, "document")};
  specs[1].file = "api.yaml";
  const auto errors = RouteTable::check(specs);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].spec, 1U);
  EXPECT_EQ(errors[0].twin, 0U);
}

TEST(RouteTable, GivesTheFirstOfSeveralHostsTheirRequests) {
  const auto table =
      RouteTable::build(std::vector<RouteSpec>{route_of("a.example/x/{id}", {}, "", Dialect::kGo),
                                               route_of("b.example/x/{id}", {}, "", Dialect::kGo)});
  ASSERT_TRUE(table.has_value()) << table.error().message;
  EXPECT_EQ(table->label(table->match(Method::get, "http://b.example/x/1")), "a.example/x/{id}");
}

TEST(RouteTable, TriesACatchAllWithTextBehindItBeforeABareOne) {
  const auto table = RouteTable::build(std::vector<RouteSpec>{
      route_of("/m/<path:p>", {}, "bare"), route_of("/m/<path:p>/tail", {}, "tail"),
      route_of("/m/<path:p>/x/tail", {}, "longer"), route_of("/m/{a}/tail", {}, "parameter")});
  ASSERT_TRUE(table.has_value()) << table.error().message;
  const auto label = [&](std::string_view path) { return table->label(table->match(Method::get, path)); };
  EXPECT_EQ(label("/m/a/tail"), "parameter");
  EXPECT_EQ(label("/m/a/b/tail"), "tail");
  EXPECT_EQ(label("/m/a/b/x/tail"), "longer");
  EXPECT_EQ(label("/m/a/b/other"), "bare");
  EXPECT_EQ(table->match_all(Method::get, "/m/a/x/tail").size(), 3U);
}

}  // namespace
}  // namespace wayside::routes
