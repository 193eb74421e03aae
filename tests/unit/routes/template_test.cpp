#include "routes/template.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace wayside::routes {
namespace {

Segment fixed(std::string text) {
  return {SegmentKind::kStatic, std::move(text)};
}
Segment parameter(std::string name) {
  return {SegmentKind::kParameter, std::move(name)};
}
Segment catch_all(std::string name) {
  return {SegmentKind::kCatchAll, std::move(name)};
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

TEST(Template, Reads) {
  struct Case {
    std::string text;
    Template segments;
  };
  const std::vector<Case> cases = {
      {"/", {}},
      {"/users", {fixed("users")}},
      {"/users/", {fixed("users")}},
      {"/users/{id}", {fixed("users"), parameter("id")}},
      {"/{a}/{b}", {parameter("a"), parameter("b")}},
      {"/static/{path...}", {fixed("static"), catch_all("path")}},
      {"/static/{path...}/", {fixed("static"), catch_all("path")}},
      {"/{rest...}", {catch_all("rest")}},
      {"/{user-id}/{_x9}", {parameter("user-id"), parameter("_x9")}},
      {"/v1.0/a~b/x:batch/@me/gr%C3%BCn/a,b;c=d",
       {fixed("v1.0"), fixed("a~b"), fixed("x:batch"), fixed("@me"), fixed("gr%C3%BCn"), fixed("a,b;c=d")}},
  };
  for (const Case& each : cases) {
    const auto segments = parse_template(each.text);
    ASSERT_TRUE(segments.has_value()) << each.text << ": " << segments.error().message;
    EXPECT_EQ(*segments, each.segments) << each.text;
  }
}

TEST(Template, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string text;
    std::size_t column;
    std::string message;
  };
  const std::string whole = "expected a parameter to be a whole segment, as in /{name}/, found ";
  const std::string wildcard = "expected {name} for one segment or {name...} for all that is left, found ";
  const std::string name = "expected a name of letters, digits, - and _, found ";
  const std::string path_char = "expected a character of a URL path (others percent-encoded), found ";
  const std::string hex = "expected two hexadecimal digits after %, found ";
  const std::vector<Case> cases = {
      {"", 1, "expected a template that begins with /, found the end"},
      {"users", 1, R"(expected a template that begins with /, found "users")"},
      {"http://a/users", 1, R"(expected a template that begins with /, found "http://a/users")"},
      {"//", 2, "expected a segment between the slashes, found none"},
      {"/a//b", 4, "expected a segment between the slashes, found none"},
      {"/users/{id", 11, "expected } after the name of the parameter, found the end"},
      {"/users/{id/x}", 11, "expected } after the name of the parameter, found the end"},
      {"/users/{}", 9, R"(expected a name between the braces, found "{}")"},
      {"/users/{...}", 9, R"(expected a name between the braces, found "{...}")"},
      {"/users/{i d}", 10, name + R"("{i d}")"},
      {"/users/{id:int}", 11, name + R"("{id:int}")"},
      {"/users/{*rest}", 9, name + R"("{*rest}")"},
      {"/{$}", 3, name + R"("{$}")"},
      {"/files/{name}.json", 14, R"(expected / after }: a parameter is a whole segment, found ".json")"},
      {"/files/x{name}", 9, whole + R"("x{name}")"},
      {"/files/x}", 9, whole + R"("x}")"},
      {"/{a}/b/{a}", 8, R"(expected each parameter's name once, found "{a}")"},
      {"/{a}/{a...}", 6, R"(expected each parameter's name once, found "{a...}")"},
      {"/{rest...}/x", 2, "expected the catch-all as the last segment, found more after it"},
      {"/users/:id", 8, wildcard + R"(":id")"},
      {"/users/<int:id>", 8, wildcard + R"("<int:id>")"},
      {"/a/*", 4, wildcard + R"("*")"},
      {"/a/**", 4, wildcard + R"("**")"},
      {"/a?b=c", 3, R"(expected a path without a query or fragment, found "?b=c")"},
      {"/a#b", 3, R"(expected a path without a query or fragment, found "#b")"},
      {"/a b", 3, path_char + R"(" ")"},
      {"/gr\xc3\xbcn", 4, path_char + R"("\xc3")"},
      {"/a<b", 3, path_char + R"("<")"},
      {"/a%2", 3, hex + R"("%2")"},
      {"/a%zz", 3, hex + R"("%zz")"},
      {repeated("/a", kMaxSegments + 1), 2 * kMaxSegments + 2, "expected at most 64 segments, found more"},
  };
  for (const Case& each : cases) {
    const auto segments = parse_template(each.text);
    ASSERT_TRUE(segments.has_error()) << each.text;
    EXPECT_EQ(segments.error().message, each.message) << each.text;
    EXPECT_EQ(segments.error().column, each.column) << each.text;
  }
}

TEST(Template, MayBeAsDeepAsTheLimit) {
  EXPECT_EQ(parse_template(repeated("/a", kMaxSegments))->size(), kMaxSegments);
}

}  // namespace
}  // namespace wayside::routes
