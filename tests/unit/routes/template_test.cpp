#include "routes/template.hpp"

#include "routes/trie.hpp"
#include "support/routes.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

using test::repeated_text;

// The form of a template for the eye: statics as they are, "{}" a parameter, "{x}" a constrained one, "+" and
// "*" the catch-alls.
std::string form_of(const Template& whole) {
  std::string form;
  for (const Segment& segment : whole.segments) {
    form += '/';
    switch (segment.kind) {
      case SegmentKind::kStatic:
        form += segment.text;
        break;
      case SegmentKind::kConstrained:
        form += "{x}";
        break;
      case SegmentKind::kParameter:
        form += "{}";
        break;
      case SegmentKind::kRest:
        form += "{x...}";
        break;
      case SegmentKind::kCatchSome:
        form += "+";
        break;
      case SegmentKind::kCatchAll:
        form += "*";
        break;
    }
  }
  return form.empty() || whole.ends_with_slash ? form + "/" : form;
}

std::vector<std::string> forms_of(std::string_view text, Dialect dialect = Dialect::kAuto) {
  const auto alternatives = parse_template(text, dialect);
  if (alternatives.has_error()) return {alternatives.error().message};
  std::vector<std::string> forms;
  for (const Template& each : *alternatives)
    forms.push_back(form_of(each));
  return forms;
}

bool matches(std::string_view text, std::string_view path) {
  const auto alternatives = parse_template(text);
  EXPECT_TRUE(alternatives.has_value()) << text << ": " << alternatives.error().message;
  const Trie trie(*alternatives, true);
  return trie.find(PathSegments(path, trie.depth(), false)) != Trie::kNoLeaf;
}

TEST(Template, IsReadAsSegments) {
  struct Case {
    std::string text;
    std::vector<std::string> forms;
  };
  const std::vector<Case> cases = {
      {"/", {"/"}},
      {"/users", {"/users"}},
      {"/users/", {"/users/"}},
      // OpenAPI, FastAPI, Go.
      {"/users/{id}", {"/users/{}"}},
      {"/{a}/{b}", {"/{}/{}"}},
      {"/{user-id}/{_x9}/{user.name}", {"/{}/{}/{}"}},
      {"/static/{path...}", {"/static/*"}},
      {"/{rest...}", {"/*"}},
      {"/users/{$}", {"/users/"}},
      {"/{$}", {"/"}},
      // ASP.NET.
      {"/users/{id:int}", {"/users/{x}"}},
      {"/users/{id?}", {"/users/{}", "/users"}},
      {"/users/{id:int?}", {"/users/{x}", "/users"}},
      {"/list/{page:int=1}", {"/list/{x}", "/list"}},
      {"/list/{page=1}", {"/list/{}", "/list"}},
      {"/users/{id:int:min(1)}", {"/users/{x}"}},
      {"/users/{id:required}", {"/users/{}"}},
      {"/users/{name:length(2,5)}", {"/users/{x}"}},
      {"/users/{id:regex(^\\d{{2}}$)}", {"/users/{x}"}},
      {"/users/{id:regex([0-9]+)}", {"/users/{x}"}},
      {"/static/{*rest}", {"/static/*"}},
      {"/static/{**rest}", {"/static/*"}},
      // Spring, chi, Gorilla.
      {"/users/{id:[0-9]+}", {"/users/{x}"}},
      {"/users/{id:[0-9]{4}}", {"/users/{x}"}},
      {"/users/{id:^[a-z]+$}", {"/users/{x}"}},
      {"/users/{id:[^/]+}", {"/users/{x}"}},
      // Starlette.
      {"/files/{path:path}", {"/files/*"}},
      // Flask, Werkzeug, Django.
      {"/users/<id>", {"/users/{}"}},
      {"/users/<int:id>", {"/users/{x}"}},
      {"/users/<int(signed=True):id>", {"/users/{x}"}},
      {"/x/<float:x>", {"/x/{x}"}},
      {"/u/<uuid:u>", {"/u/{x}"}},
      {"/s/<string:s>", {"/s/{}"}},
      {"/s/<str:s>", {"/s/{}"}},
      {"/s/<string(length=2):s>", {"/s/{x}"}},
      {"/s/<slug:s>", {"/s/{x}"}},
      {"/x/<any(a,b):x>", {"/x/{x}"}},
      {"/x/<any(only):x>", {"/x/only"}},
      {"/files/<path:rest>", {"/files/+"}},
      {"/x/<regex(\"[a-z]{2}\"):x>", {"/x/{x}"}},
      // Express, Rails, Gin, Fastify.
      {"/users/:id", {"/users/{}"}},
      {"/users/:id(\\d+)", {"/users/{x}"}},
      {"/users/:id?", {"/users/{}", "/users"}},
      {"/:lang?/about", {"/{}/about", "/about"}},
      {"/:lang?", {"/{}", "/"}},
      {"/files/*rest", {"/files/+"}},
      {"/files/:rest*", {"/files/*"}},
      {"/files/:rest+", {"/files/+"}},
      {"/flights/:from-:to", {"/flights/{x}"}},
      {"/users(/:id)", {"/users/{}", "/users"}},
      {"/users/:id(.:format)", {"/users/{x}", "/users/{}"}},
      {"/archive(/:year(/:month))", {"/archive/{}/{}", "/archive/{}", "/archive"}},
      {"/users{/:id}", {"/users/{}", "/users"}},
      // Catch-alls with text beside or behind them.
      {"/mixed/<path:p>/tail", {"/mixed/{x...}"}},
      {"/{rest...}/x", {"/{x...}"}},
      {"/a/**/b", {"/a/{x...}"}},
      {"/files/*name(.:format)", {"/files/{x...}", "/files/+"}},
      {"/:id{.:ext}", {"/{x}", "/{}"}},
      {"/at/:hour(^\\d{2})h:minute(^\\d{2})m", {"/at/{x}"}},
      {"/name::verb", {"/name:verb"}},
      {"^users/(?P<id>\\d+)/$", {"/users/{x}/"}},
      {"/gr\xc3\xbcn", {"/gr%C3%BCn"}},
      // Wildcards.
      {"/a/*/b", {"/a/{}/b"}},
      {"/a/**", {"/a/*"}},
      {"/**", {"/*"}},
      // Parameters inside a segment.
      {"/files/{name}.json", {"/files/{x}"}},
      {"/{a}-{b}", {"/{x}"}},
      {"/v1/{name}:cancel", {"/v1/{x}"}},
      // Characters that mean themselves.
      {"/v1.0/a~b/x\\:batch/@me/gr%C3%BCn/a,b;c=d", {"/v1.0/a~b/x:batch/@me/gr%C3%BCn/a,b;c=d"}},
      {"/%41%2f%c3", {"/A%2F%C3"}},
      {"/a(b)", {"/a(b)"}},
      {"/\\*", {"/*"}},
  };
  for (const Case& each : cases)
    EXPECT_EQ(forms_of(each.text), each.forms) << each.text;
}

TEST(Template, OfAnOpenApiDocumentHasBracesAlone) {
  EXPECT_EQ(forms_of("/a:b/*/{user id}/x(1)", Dialect::kOpenApi), std::vector<std::string>{"/a:b/*/{}/x(1)"});
  EXPECT_EQ(forms_of("/{a}.{b}", Dialect::kOpenApi), std::vector<std::string>{"/{x}"});
}

TEST(Template, ConstrainsItsParameters) {
  struct Case {
    std::string text;
    std::vector<std::string> matching;
    std::vector<std::string> others;
  };
  const std::vector<Case> cases = {
      {"/{id:int}", {"/0", "/42", "/-7"}, {"/", "/x", "/4x", "/4.0"}},
      {"/<int:id>", {"/0", "/42"}, {"/-7", "/x"}},
      {"/<int(signed=True):id>", {"/-7", "/7"}, {"/--7"}},
      {"/<int(fixed_digits=3):id>", {"/007"}, {"/07", "/0007"}},
      {"/<float:x>", {"/1.5"}, {"/1", "/.5", "/1."}},
      {"/{x:float}", {"/1.5", "/1", "/-1.5"}, {"/1.", "/x"}},
      {"/<uuid:u>", {"/123e4567-e89b-12d3-a456-426614174000"}, {"/123e4567e89b12d3a456426614174000", "/x"}},
      {"/{u:guid}", {"/123e4567e89b12d3a456426614174000"}, {"/123e4567"}},
      {"/<any(red, 'green'):x>", {"/red", "/green"}, {"/blue", "/redgreen"}},
      {"/<string(length=2):x>", {"/de", "/%C3%BC%C3%BC"}, {"/d", "/deu", "/%C3%BC"}},
      {"/{x:.{2}}", {"/de", "/a%E2%82%AC"}, {"/%E2%82%AC"}},
      {"/<string(minlength=2, maxlength=3):x>", {"/de", "/deu"}, {"/d", "/deut"}},
      {"/{id:[0-9]{2,3}}", {"/12", "/123"}, {"/1", "/1234"}},
      {"/:id(a|b)", {"/a", "/b"}, {"/c", "/ab"}},
      {"/{name}.json", {"/a.json", "/a.b.json", "/.json.json"}, {"/a", "/.json", "/a.xml"}},
      {"/{a}-{b}", {"/a-b", "/a-b-c", "/---"}, {"/a-", "/-b", "/ab"}},
      {"/x%20{a}", {"/x%20b", "/x%20%20"}, {"/xb", "/x%20"}},
      {"/{x:[ a]+}", {"/%20a%20", "/a"}, {"/b", "/%2520"}},
      {"/{x:[^0-9]+}", {"/abc", "/%C3%BC"}, {"/a1", "/%31"}},
      {"/files/{rest...}", {"/files/", "/files/a/b"}, {"/files", "/file/a"}},
      {"/files/<path:rest>", {"/files/a", "/files/a/b"}, {"/files", "/files/"}},
      {"/{a}/{$}", {"/x/"}, {"/x", "/x/y"}},
  };
  for (const Case& each : cases) {
    for (const std::string& path : each.matching)
      EXPECT_TRUE(matches(each.text, path)) << each.text << ' ' << path;
    for (const std::string& path : each.others)
      EXPECT_FALSE(matches(each.text, path)) << each.text << ' ' << path;
  }
}

TEST(Template, IsTheSameHoweverItIsWritten) {
  const std::vector<std::vector<std::string>> groups = {
      {"/a/{id}", "/a/:id", "/a/<id>", "/a/<string:id>", "/a/*", "/a/{id:.{1,}}"},
      {"/{id:int}", "/{n:-?[0-9]+}", "/:x(-?\\d+)", "/<int(signed=True):n>", "/{x:long}"},
      {"/{rest...}", "/{*rest}", "/**", "/{x:path}", "/:rest*"},
      {"/<path:p>", "/*p", "/:p+"},
      {"/<any(a,b):x>", "/{x:a|b}", "/{x:[ab]}", "/<any(b,a):y>"},
      {"/a", "/%61", "/<any(a):x>", "/{x:(a)}"},
      {"/{x:[0-9]*}", "/{x:[0-9]+}"},  // no segment is empty
  };
  for (const auto& group : groups) {
    for (const std::string& text : group)
      EXPECT_EQ(*parse_template(text), *parse_template(group.front())) << text << " and " << group.front();
  }
}

TEST(Template, IgnoresCaseWhereAskedTo) {
  const auto folded = parse_template("/Users/{id:[A-Z]+}", Dialect::kAuto,
                                     {.trailing_slash_matters = false, .ignores_case = true});
  EXPECT_EQ(folded->front().segments[0].text, "users");
  EXPECT_TRUE(folded->front().segments[1].automaton.accepts("abc"));
}

TEST(Template, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string text;
    std::size_t column;
    std::string message;
  };
  const std::string path_char = "expected a character of a URL path (others percent-encoded), found ";
  const std::string hex = "expected two hexadecimal digits after %, found ";
  const std::string spanning =
      "expected {name} for one segment or {name...} for the rest of the path, found ";
  const std::vector<Case> cases = {
      {"", 1, "expected a template that begins with /, found the end"},
      {"users", 1,
       R"(expected a template that begins with / (or a dialect whose templates may begin otherwise), found "users")"},
      {"//", 2, "expected a segment between the slashes, found none"},
      {"/a//b", 4, "expected a segment between the slashes, found none"},
      {"/a/../b", 4, R"(expected a path without . and .., found "..")"},
      {"/a/%2e", 4, R"(expected a path without . and .., found "%2e")"},
      {"/users/{id", 11, "expected } after the name of the parameter, found the end"},
      {"/users/{}", 9, R"(expected a name of the parameter, found "{}")"},
      {"/users/{...}", 9, R"(expected a name of the parameter, found "{...}")"},
      {"/users/{i d}", 10, R"(expected a name of letters, digits, - . $ @ and _, found "{i d}")"},
      {"/users/<int:id", 15, "expected > after the name of the parameter, found the end"},
      {"/users/:", 9, "expected a name of letters, digits and _ after the colon, found the end"},
      {"/users/:id(\\d+", 15, "expected a closing ), found the end"},
      {"/files/x}", 9, R"(expected { before }, found "}")"},
      {"/{a}/b/{a}", 8, R"(expected each parameter's name once, found "{a}")"},
      {"/:a/:a", 5, R"(expected each parameter's name once, found ":a")"},
      {"/a{$}", 3, "expected {$} behind the last slash, found more beside it"},
      {"/items:batch", 7, R"(expected \: for a colon, or / . or - before a :parameter, found ":batch")"},
      {"/a*", 3, R"(expected *, ** or *name as a whole segment, or \* for a star, found "*")"},
      {"/***", 2, R"(expected * for one segment, ** for the rest of the path, or *name, found "***")"},
      {"/{id:.*}", 6, spanning + R"(".*")"},
      {"/:id(.*)", 6, spanning + R"(".*")"},
      {"/{a}.{b?}", 6, R"(expected an optional parameter to be a whole segment, found "{b?}")"},
      {"/{id:[0-9}", 10, "in a regular expression, expected a closing bracket, found the end"},
      {"/{id:a(?=b)}", 8,
       R"re(in a regular expression, expected (...), (?:...) or (?P<name>...), without look-around or flags, found "?=b)")re"},
      {"/{id:(a)\\1}", 10,
       R"(in a regular expression, expected \d \D \w \W \s \S or an escaped punctuation mark, found "1")"},
      {"/{id:[a-z]{9999}}", 12,
       R"(in a regular expression, expected {n}, {n,} or {n,m} with numbers up to 1000, found "9999}")"},
      {"/{id:((a{1000}){1000})}", 2, "expected a simpler constraint, found one of too many states"},
      {"/{id:[0-9]+:x}", 0, ""},  // a regular expression with a colon
      {"/a?b=c", 3, R"(expected a path without a query or fragment, found "?b=c")"},
      {"/a#b", 3, R"(expected a path without a query or fragment, found "#b")"},
      {"/a b", 3, path_char + R"(" ")"},
      {"/gr\xc3n", 1, R"(expected a template in UTF-8, found "/gr\xc3n")"},
      {"/a%2", 3, hex + R"("%2")"},
      {"/a%zz", 3, hex + R"("%zz")"},
      {"/:a?/:b?/:c?/:d?/:e?", 1, "expected at most 4 optional parts, found 5"},
      {repeated_text("/a", kMaxSegments + 1), 2 * kMaxSegments + 2,
       "expected at most 64 segments, found more"},
  };
  for (const Case& each : cases) {
    const auto alternatives = parse_template(each.text);
    ASSERT_EQ(alternatives.has_error(), each.column != 0) << each.text;
    if (each.column == 0) continue;
    EXPECT_EQ(alternatives.error().message, each.message) << each.text;
    EXPECT_EQ(alternatives.error().column, each.column) << each.text;
  }
}

TEST(Template, NamesTheConvertersThereAre) {
  const auto unknown = parse_template("/{id:integer}");
  ASSERT_TRUE(unknown.has_error());
  EXPECT_EQ(unknown.error().column, 6U);
  EXPECT_TRUE(unknown.error().message.starts_with("expected one of int, float, string, "))
      << unknown.error().message;
  EXPECT_TRUE(unknown.error().message.ends_with("or a regular expression, found \"integer\""));
}

TEST(Template, MayBeAsDeepAsTheLimit) {
  EXPECT_EQ(parse_template(repeated_text("/a", kMaxSegments))->front().segments.size(), kMaxSegments);
}

}  // namespace
}  // namespace wayside::routes
