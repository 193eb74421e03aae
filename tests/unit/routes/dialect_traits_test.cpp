// Each template as its framework is documented to read it. tests/e2e/test_framework_routes.py asks the
// frameworks themselves.
#include "routes/dialect_traits.hpp"

#include "routes/template.hpp"
#include "routes/trie.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

constexpr MatchOptions kStrict{.trailing_slash_matters = true, .ignores_case = false};

bool matches(Dialect dialect, std::string_view text, std::string_view path, MatchOptions options = kStrict) {
  const auto alternatives = parse_template(text, dialect, options);
  EXPECT_TRUE(alternatives.has_value()) << text << ": " << alternatives.error().message;
  if (alternatives.has_error()) return false;
  const Trie trie(*alternatives, options.trailing_slash_matters, options.ignores_case);
  return trie.find(PathSegments(path, trie.depth(), options.ignores_case)) != Trie::kNoLeaf;
}

struct Reading {
  Dialect dialect;
  std::string text;
  std::vector<std::string> matching;
  std::vector<std::string> others;
};

void check(const std::vector<Reading>& cases) {
  for (const Reading& each : cases) {
    for (const std::string& path : each.matching)
      EXPECT_TRUE(matches(each.dialect, each.text, path))
          << to_string(each.dialect) << ' ' << each.text << ' ' << path;
    for (const std::string& path : each.others)
      EXPECT_FALSE(matches(each.dialect, each.text, path))
          << to_string(each.dialect) << ' ' << each.text << ' ' << path;
  }
}

TEST(DialectTraits, OfPythonsFrameworks) {
  const std::string upper = "/123E4567-E89B-12D3-A456-426614174000";
  const std::string lower = "/123e4567-e89b-12d3-a456-426614174000";
  check({
      {Dialect::kFlask, "/a/<int:id>", {"/a/7"}, {"/a/-7", "/a/x"}},
      {Dialect::kFlask, "/<uuid:u>", {upper, lower}, {"/123E4567E89B12D3A456426614174000"}},
      {Dialect::kFlask,
       "/mixed/<path:p>/tail",
       {"/mixed/a/tail", "/mixed/a/b/tail"},
       {"/mixed/tail", "/mixed/a/b"}},
      {Dialect::kFlask, "/x/<path:p>.<ext>", {"/x/a.b", "/x/a/b.c"}, {"/x/a", "/x/a/b"}},
      {Dialect::kFlask, "/<string(length=2):s>", {"/de", "/%C3%BC%C3%BC", "/a%C3%BC"}, {"/%C3%BC", "/abc"}},
      {Dialect::kFlask, "/a/{id}", {"/a/%7Bid%7D"}, {"/a/1"}},
      {Dialect::kFlask, "/a/:id/*", {"/a/:id/*"}, {"/a/1/b"}},
      {Dialect::kFlask, "/<own:x>", {"/anything"}, {"/a/b"}},
      {Dialect::kDjango, "users/<int:id>/", {"/users/7/"}, {"/users/7", "/users/x/"}},
      {Dialect::kDjango, "/<uuid:u>", {lower}, {upper}},
      {Dialect::kDjango, "<slug:s>", {"/a-b_C9"}, {"/a.b"}},
      {Dialect::kDjango, R"(^users/(?P<id>\d+)/$)", {"/users/7/"}, {"/users/7", "/users/x/", "/users/7/a"}},
      {Dialect::kDjango,
       "^articles/([0-9]{4})/",
       {"/articles/2024/", "/articles/2024/x/y"},
       {"/articles/24/"}},
      {Dialect::kDjango, "^c/(?:page-(?P<n>[0-9]+)/)?$", {"/c/", "/c/page-3/"}, {"/c/page-x/", "/c/3/"}},
      {Dialect::kDjango, "^f/(?P<p>.*)\\.html$", {"/f/a.html", "/f/a/b.html"}, {"/f/a.htm", "/f/a/b"}},
      {Dialect::kDjango, "^a/?$", {"/a", "/a/"}, {"/a/b"}},
      {Dialect::kDjango,
       R"(^w/(\w{2})$)",
       {"/w/a_", "/w/%C3%BCb", "/w/%C3%BC%C3%BC"},
       {"/w/%C3%BC", "/w/a-", "/w/%C3%BCbc"}},
      {Dialect::kDjango, R"(^w/[^\w]$)", {"/w/-", "/w/%E2%82%AC"}, {"/w/a"}},
      {Dialect::kFlask, R"(/w/<regex("\w+"):w>)", {"/w/%C3%BC"}, {"/w/a-b"}},
      {Dialect::kAuto, R"(/w/{w:\w+})", {"/w/a"}, {"/w/%C3%BC"}},
      {Dialect::kStarlette, "/<uuid:u>", {"/%3Cuuid:u%3E"}, {lower}},
      {Dialect::kStarlette, "/{u:uuid}", {lower, upper, "/123E4567E89B12D3A456426614174000"}, {"/x"}},
      {Dialect::kStarlette, "/{x:int}", {"/7"}, {"/-7"}},
      {Dialect::kStarlette, "/{x:float}", {"/7", "/7.5"}, {"/-7.5", "/7."}},
      {Dialect::kStarlette, "/f/{p:path}", {"/f/", "/f/a/b"}, {"/f"}},
      {Dialect::kFastApi, "/f/{p:path}/meta", {"/f/a/meta", "/f/a/b/meta"}, {"/f/a/b"}},
      {Dialect::kFastApi, "/a/*", {"/a/*"}, {"/a/b"}},
  });
}

TEST(DialectTraits, OfNodesFrameworks) {
  check({
      {Dialect::kExpress4, "/files/*", {"/files/", "/files/a", "/files/a/b"}, {"/files", "/file"}},
      {Dialect::kExpress4, "*", {"/", "/a/b"}, {}},
      {Dialect::kExpress4, "/ab*cd", {"/abcd", "/abxcd", "/abx/ycd"}, {"/abc", "/xcd"}},
      {Dialect::kExpress4, "/a/*/b", {"/a/x/b", "/a/x/y/b"}, {"/a/b", "/a/x"}},
      {Dialect::kExpress4, "/ab?cd", {"/acd", "/abcd"}, {"/abbcd"}},
      {Dialect::kExpress4, "/ab+cd", {"/abcd", "/abbbcd"}, {"/acd"}},
      {Dialect::kExpress4, "/ab(cd)?e", {"/abe", "/abcde"}, {"/abcdcde"}},
      {Dialect::kExpress4, "/u/:id?", {"/u", "/u/1"}, {"/u/1/2"}},
      {Dialect::kExpress4, "/u/:id(\\d+)", {"/u/1"}, {"/u/x"}},
      {Dialect::kExpress4, "/u/:rest(.*)", {"/u/a", "/u/a/b"}, {"/u"}},
      {Dialect::kExpress4, "/m/:rest+", {"/m/a", "/m/a/b"}, {"/m", "/m/"}},
      {Dialect::kExpress4, "/f/:rest*", {"/f/a", "/f/a/b"}, {"/f", "/f/"}},
      {Dialect::kExpress4, "/:file.:ext", {"/a.b", "/a.b.c"}, {"/a", "/a."}},
      {Dialect::kExpress4,
       "/flights/:from-:to",
       {"/flights/a-b", "/flights/a-b-c", "/flights/--b"},
       {"/flights/ab", "/flights/a-", "/flights/a--"}},
      {Dialect::kExpress4, "/flights/:n(\\d+)-:to", {"/flights/1-b"}, {"/flights/1-b-c"}},
      {Dialect::kExpress4, "/x-:a/y-:b", {"/x-1/y-2-", "/x-1-/y--"}, {"/x-/y-2"}},
      {Dialect::kExpress4, "/r/:a--:b", {"/r/1--2", "/r/1--2-"}, {"/r/1--2--", "/r/1-2"}},
      {Dialect::kExpress4, "/items:batch", {"/itemsx"}, {"/items", "/items:batch/x"}},
      {Dialect::kExpress5, "/files/*rest", {"/files/a", "/files/a/b"}, {"/files/", "/files"}},
      {Dialect::kExpress5, "/:id{.:ext}", {"/a", "/a.b"}, {"/a/b"}},
      {Dialect::kExpress5, "/u{/:id}/x", {"/u/x", "/u/1/x"}, {"/u/1"}},
      {Dialect::kExpress5, "/*path/end", {"/a/end", "/a/b/end"}, {"/end", "/a/b"}},
      {Dialect::kExpress5, "/a\\*b", {"/a*b"}, {"/axb"}},
      {Dialect::kExpress5, "/n/:a-:b", {"/n/a-b", "/n/a-b-c", "/n/a--"}, {"/n/a-b-", "/n/a-"}},
      {Dialect::kFastify, "/files/*", {"/files/", "/files/a/b"}, {"/files"}},
      {Dialect::kFastify, "/u/:id", {"/u/", "/u/1"}, {"/u", "/u/1/", "/"}},
      {Dialect::kFastify, "/:id", {"/", "/1"}, {"/1/"}},
      {Dialect::kFastify, "/u/:id/", {"/u/1/"}, {"/u/1", "/u/", "/u"}},
      {Dialect::kFastify, "/x/:file.json", {"/x/a.json", "/x/.json", "/x/"}, {"/x/a", "/x/json", "/x"}},
      {Dialect::kFastify, "/l/:lat-:lng", {"/l/1-2", "/l/-2", "/l/1-", "/l/-", "/l/"}, {"/l/1", "/l"}},
      {Dialect::kFastify, "/int/:n(^\\d+$)", {"/int/7", "/int/"}, {"/int/x", "/int"}},
      {Dialect::kFastify, "*", {"/", "/a/b"}, {}},
      {Dialect::kFastify, "/at/:hour(^\\d{2})h:minute(^\\d{2})m", {"/at/08h15m"}, {"/at/8h15m", "/at/08h15"}},
      {Dialect::kFastify, "/near/:lat-:lng/r/:r", {"/near/15-30/r/20"}, {"/near/15/r/20"}},
      {Dialect::kFastify, "/name::verb", {"/name:verb"}, {"/namex", "/name::verb"}},
      {Dialect::kFastify, "/posts/:id?", {"/posts", "/posts/", "/posts/1"}, {"/posts/1/2"}},
      {Dialect::kFastify, "/f/:file(^\\S+).png", {"/f/a.png"}, {"/f/a.jpg"}},
      {Dialect::kKoa, "/a/(.*)", {"/a/b/c", "/a/b", "/a/", "/a/."}, {"/b", "/a"}},
      {Dialect::kKoa, "/a/(.+)", {"/a/b/c", "/a/b"}, {"/a/", "/a"}},
      {Dialect::kKoa, "/n/:a-:b", {"/n/a-b", "/n/a-b-c"}, {"/n/a-", "/n/a--", "/n/a-b-"}},
      {Dialect::kKoa, "/:file.:ext", {"/a.b", "/a.b.c"}, {"/a.b.", "/a."}},
      {Dialect::kKoa, "/:rest*", {"/", "/a/b"}, {}},
      {Dialect::kKoa, "/f/:rest+", {"/f/a/b"}, {"/f"}},
      {Dialect::kKoa, "/x{/:a}?", {"/x", "/x/1"}, {"/x/1/2"}},
      {Dialect::kKoa, "/x{/:a}", {"/x/1"}, {"/x"}},
      {Dialect::kKoa, "/:file.:ext?", {"/a", "/a.b"}, {"/a/b"}},
      {Dialect::kKoa, "/icon-:n(\\d+).png", {"/icon-76.png"}, {"/icon-x.png"}},
  });
}

TEST(DialectTraits, OfTheOthers) {
  check({
      {Dialect::kGo, "/static/", {"/static/", "/static/a/b"}, {"/static", "/stat"}},
      {Dialect::kGo, "/", {"/", "/a/b"}, {}},
      {Dialect::kGo, "/{$}", {"/"}, {"/a"}},
      {Dialect::kGo, "/u/{id}", {"/u/1"}, {"/u/1/", "/u/1/2"}},
      {Dialect::kGo, "/u/{id}/", {"/u/1/", "/u/1/2"}, {"/u/1", "/u/"}},
      {Dialect::kGo, "/f/{p...}", {"/f/", "/f/a/b"}, {"/f"}},
      {Dialect::kGo, "example.com/x/{id}", {"/x/1"}, {"/example.com/x/1"}},
      {Dialect::kGo, "/a/:b/*", {"/a/:b/*"}, {"/a/1/2"}},
      {Dialect::kRails, "/users/:id(.:format)", {"/users/1", "/users/1.json"}, {"/users/1.a.b", "/users"}},
      {Dialect::kRails, "/blobs/:id/*filename(.:format)", {"/blobs/1/a", "/blobs/1/a/b.png"}, {"/blobs/1"}},
      {Dialect::kRails, "/a(/:b(/:c))", {"/a", "/a/1", "/a/1/2"}, {"/a/1/2/3"}},
      {Dialect::kRails, "*unmatched", {"/a", "/a/b"}, {"/"}},
      {Dialect::kSinatra, "/files/*", {"/files/", "/files/a/b"}, {"/files"}},
      {Dialect::kSinatra, "/download/*.*", {"/download/a/b.xml", "/download/a.b"}, {"/download/a/b"}},
      {Dialect::kSinatra, "/say/*/to/*", {"/say/hello/to/world", "/say/a/b/to/c/d"}, {"/say/hello/world"}},
      {Dialect::kSinatra, "/hello/?", {"/hello", "/hello/"}, {"/hello/x"}},
      {Dialect::kSinatra, "/jobs/:id(.:ext)?", {"/jobs/1", "/jobs/1.js"}, {"/jobs/1/2"}},
      {Dialect::kSinatra, "/{a}/{+rest}", {"/x/y/z"}, {"/x"}},
      {Dialect::kSpring, "/files/*", {"/files/a"}, {"/files/a/b", "/files/"}},
      {Dialect::kSpring, "/files/*.html", {"/files/a.html", "/files/.html"}, {"/files/a/b.html"}},
      {Dialect::kSpring, "/t?st", {"/test", "/t%C3%BCst"}, {"/tst", "/teest"}},
      {Dialect::kSpring, "/r/**", {"/r/", "/r/a/b"}, {"/s"}},
      {Dialect::kSpring, "/r/**/x", {"/r/x", "/r/a/x", "/r/a/b/x"}, {"/r/a"}},
      {Dialect::kSpring, "/r/{*p}", {"/r/", "/r/a/b"}, {"/s"}},
      {Dialect::kSpring, "/{a:.*}", {"/x"}, {"/x/y"}},
      {Dialect::kSpring, "/{id:int}", {"/int"}, {"/7"}},
      {Dialect::kAspNet, "api/users/{id:int}", {"/api/users/7", "/api/users/-7"}, {"/api/users/x"}},
      {Dialect::kAspNet, "/{u:guid}", {"/%7B123E4567-e89b-12d3-a456-426614174000%7D"}, {"/x"}},
      {Dialect::kAspNet, "/{file}.{ext?}", {"/a", "/a.b"}, {"/a/b"}},
      {Dialect::kAspNet, "/{c=Home}/{a=Index}/{id?}", {"/x/y/z", "/x/y"}, {"/x/y/z/w"}},
      {Dialect::kAspNet, "/f/{**rest}", {"/f/", "/f/a/b"}, {"/g"}},
      {Dialect::kGin, "/f/*path", {"/f/", "/f/a/b"}, {"/f"}},
      {Dialect::kGin, "/u/:id.json", {"/u/1", "/u/1.xml"}, {"/u/1/2"}},
      {Dialect::kChi, "/f/*", {"/f/", "/f/a/b"}, {"/f"}},
      {Dialect::kChi, "/x/{file}.json", {"/x/a.json", "/x/.json"}, {"/x/a.b.json", "/x/a/b.json", "/x/a"}},
      {Dialect::kChi, "/{a}-{b}", {"/1-2", "/-2", "/1-2-3"}, {"/1-", "/12"}},
      {Dialect::kChi, "/{id:[0-9]+}-{x}", {"/1-a"}, {"/a-1"}},
      {Dialect::kOpenApi, "/a:b/*", {"/a:b/*"}, {"/a:b/c"}},
  });
}

TEST(DialectTraits, LeaveTheSlashAtTheEndToTheSettings) {
  constexpr MatchOptions kLenient{};
  EXPECT_TRUE(matches(Dialect::kDjango, "users/<int:id>/", "/users/7", kLenient));
  EXPECT_TRUE(matches(Dialect::kDjango, R"(^f/(?P<p>.*)/edit/$)", "/f/a/b/edit", kLenient));
  EXPECT_TRUE(matches(Dialect::kDjango, R"(^f/(?P<p>.*)/edit/$)", "/f/a/b/edit/", kLenient));
  EXPECT_TRUE(matches(Dialect::kFlask, "/m/<path:p>/tail/", "/m/a/tail", kLenient));
  EXPECT_TRUE(matches(Dialect::kGo, "/static/", "/static", kLenient));
}

// A slash at the end that does not matter leaves no place for an empty parameter.
TEST(DialectTraits, LetFastifysParameterBeEmptyBehindASlashThatMatters) {
  constexpr MatchOptions kLenient{};
  EXPECT_FALSE(matches(Dialect::kFastify, "/u/:id", "/u/", kLenient));
  EXPECT_TRUE(matches(Dialect::kFastify, "/:id", "/", kLenient));
  EXPECT_TRUE(matches(Dialect::kFastify, "/x/:file.json", "/x/.json", kLenient));
}

TEST(DialectTraits, MatchTheRestInTheNormalFormOfThePath) {
  constexpr MatchOptions kFolding{.trailing_slash_matters = false, .ignores_case = true};
  EXPECT_TRUE(matches(Dialect::kFlask, "/M/<path:p>/Tail", "/m/A/TAIL", kFolding));
  EXPECT_TRUE(matches(Dialect::kFlask, "/m/<path:p>/t%C3%A4il", "/m/a/t%c3%a4il"));
  EXPECT_TRUE(matches(Dialect::kFlask, "/m/<path:p>/tail", "/m//a/./b/../%74ail?x=/y"));
  EXPECT_FALSE(matches(Dialect::kFlask, "/m/<path:p>/tail", "/m/a%2Ftail"));
  EXPECT_TRUE(matches(Dialect::kFlask, "/m/<path:p>/<x>", "/m/a/b%2Fc"));
  EXPECT_TRUE(matches(Dialect::kFlask, "/m/<path:p>/tail", "http://h/m/a/tail"));
}

TEST(DialectTraits, RefuseWhatTheFrameworkRefuses) {
  const auto message = [](Dialect dialect, std::string_view text) {
    const auto read = parse_template(text, dialect);
    return read.has_error() ? read.error().message : "read";
  };
  EXPECT_EQ(message(Dialect::kGo, "/a{id}"), R"(expected a parameter to be a whole segment, found "{id}")");
  EXPECT_EQ(message(Dialect::kGo, "/{p...}/x"), R"(expected {name...} at the end, found "{p...}/x")");
  EXPECT_EQ(message(Dialect::kGo, "a b/x"),
            R"(expected a template that begins with / or with a host, found "a b/x")");
  EXPECT_EQ(message(Dialect::kFastify, "/a/*/b"), R"(expected * at the end, found "*/b")");
  EXPECT_EQ(message(Dialect::kExpress5, "/a/*"), R"(expected a name of the parameter, found "*")");
  EXPECT_EQ(message(Dialect::kFlask, "users"), R"(expected a template that begins with /, found "users")");
}

TEST(DialectTraits, ReadCharactersBeyondAscii) {
  EXPECT_TRUE(matches(Dialect::kAuto, "/Ünï", "/%C3%9Cn%C3%AF"));
  EXPECT_TRUE(matches(Dialect::kDjango, "straße/<int:n>", "/stra%c3%9fe/7"));
  EXPECT_TRUE(matches(Dialect::kExpress4, "/ü?x", "/x"));
  EXPECT_TRUE(parse_template("/\xc3", Dialect::kFlask).has_error());
}

}  // namespace
}  // namespace wayside::routes
