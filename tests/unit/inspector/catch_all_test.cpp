#include "inspector/catch_all.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::inspector {
namespace {

routes::RouteTable table_of(const std::vector<std::string>& paths, routes::MatchOptions options = {}) {
  std::vector<routes::RouteSpec> specs(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i)
    specs[i].path = paths[i];
  auto table = routes::RouteTable::build(specs, options);
  if (table.has_error()) throw std::logic_error(table.error().message);
  return *std::move(table);
}

TEST(CatchAll, StandsBelowTheNearestRoute) {
  const routes::RouteTable table = table_of({"/files/{p}", "/files/{p}/meta", "/other"});
  const auto above = [&](std::string_view target) { return find_route_above(table, Method::get, target); };
  EXPECT_EQ(above("/files/a/b"), 1U);
  EXPECT_EQ(above("/files/a/b/c?q=/x"), 1U);
  EXPECT_EQ(above("http://host/files/a/b/c/"), 1U);
  EXPECT_EQ(above("/files/a/meta/x"), 2U);
  EXPECT_EQ(above("/files/a"), routes::kUnmatched) << "it has a route";
  EXPECT_EQ(above("/file/a/b"), routes::kUnmatched);
  EXPECT_EQ(above("/"), routes::kUnmatched);
  EXPECT_EQ(above("*"), routes::kUnmatched);
  EXPECT_EQ(above(""), routes::kUnmatched);
}

TEST(CatchAll, IsNotForASlashAtTheEnd) {
  const routes::RouteTable table = table_of({"/files/{p}"}, {.trailing_slash_matters = true});
  EXPECT_EQ(table.match(Method::get, "/files/a/"), routes::kUnmatched);
  EXPECT_EQ(find_route_above(table, Method::get, "/files/a/"), routes::kUnmatched);
  EXPECT_EQ(find_route_above(table, Method::get, "/files/a/b/"), 1U);
}

TEST(CatchAll, KeepsTheSpelling) {
  EXPECT_EQ(with_catch_all("/files/{p}"), "/files/{p:path}");
  EXPECT_EQ(with_catch_all("/files/<p>"), "/files/<path:p>");
  EXPECT_EQ(with_catch_all("/files/:p"), "/files/*p");
  EXPECT_EQ(with_catch_all("/files/*"), "/files/**");
  EXPECT_EQ(with_catch_all("/{p}"), "/{p:path}");
  for (const char* path :
       {"", "/", "/files", "/files/", "/{p}/files", "/{id:int}", "/<int:id>", "/{p}.json", "/:p?", "/{p?}",
        "/{p...}", "/{p:path}", "/**", "/{$}", "/:from-:to", "/{}", "/<p}", "/a(p)"})
    EXPECT_EQ(with_catch_all(path), "") << path;
}

// Each spelling is one that a route may have, and it matches what goes on below.
TEST(CatchAll, MatchesWhatGoesOnBelow) {
  for (const char* path : {"/files/{p}", "/files/<p>", "/files/:p", "/files/*"}) {
    EXPECT_EQ(table_of({path}).match(Method::get, "/files/a/b/c"), routes::kUnmatched) << path;
    EXPECT_EQ(table_of({with_catch_all(path)}).match(Method::get, "/files/a/b/c"), 1U) << path;
  }
}

}  // namespace
}  // namespace wayside::inspector
