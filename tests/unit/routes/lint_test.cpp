#include "wayside/routes/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::routes {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Without those of lint_dialects().
std::vector<std::string> hints_of(const std::vector<RouteSpec>& specs) {
  std::vector<std::string> hints;
  for (const RouteHint& hint : lint(specs, {})) {
    const bool is_about_dialects = hint.message.find("set \"dialect\"") != std::string::npos;
    if (!is_about_dialects) hints.push_back(std::to_string(hint.spec) + ": " + hint.message);
  }
  return hints;
}

std::vector<RouteSpec> numbered_specs_of(const std::vector<std::string>& paths) {
  std::vector<RouteSpec> specs;
  for (const std::string& path : paths) {
    specs.emplace_back().path = path;
    specs.back().line = specs.size();
  }
  return specs;
}

TEST(Lint, HasNothingToSayAboutOrdinaryRoutes) {
  EXPECT_THAT(hints_of(numbered_specs_of({"/", "/users", "/users/{id}", "/users/{id:int}", "/users/me",
                                          "/a/:b?", "/{rest...}", "/x/{a:[0-9]+}", "/x/{a:[0-9]{2}}",
                                          "/x/{a:[a-z]+}", "/y/*rest"})),
              IsEmpty());
}

TEST(Lint, KnowsThatACatchAllReachesFurtherThanAParameter) {
  EXPECT_THAT(
      hints_of(numbered_specs_of({"/f/{p}", "/f/{rest...}", "/g/:p", "/g/*rest", "/h/<p>", "/h/<path:r>"})),
      IsEmpty());
  EXPECT_THAT(hints_of(numbered_specs_of({"/f/{a}", "/f/{a}/*b", "/f/*rest"})),
              ElementsAre("2: no request reaches \"/f/*rest\": more specific routes take every path, such as "
                          "\"/f/{a}\" on line 1"));
}

TEST(Lint, ComparesATemplateWithAllOthersTogether) {
  EXPECT_THAT(
      hints_of(numbered_specs_of({"/<any(a,b):x>/1", "/c/{y}", "/{z:[a-c]}/1"})),
      ElementsAre("2: no request reaches \"/{z:[a-c]}/1\": more specific routes take every path, such as "
                  "\"/<any(a,b):x>/1\" on line 1"));
  EXPECT_THAT(hints_of(numbered_specs_of({"/{x:[a-m]+}", "/{x:[n-z]+}", "/{x:[a-z]+}"})), IsEmpty());
  EXPECT_THAT(hints_of(numbered_specs_of({"/{x:[a-m].*}", "/{x:[n-z].*}", "/{x:[a-z]+}"})),
              testing::Contains(testing::StartsWith("2: no request reaches")));
  EXPECT_THAT(hints_of(numbered_specs_of({"/{x:.}", "/{x:..+}", "/{y}"})),
              testing::Contains(testing::StartsWith("2: no request reaches \"/{y}\"")));
}

TEST(Lint, ComparesCatchAllsWithTextBehindThem) {
  EXPECT_THAT(hints_of(numbered_specs_of({"/m/<path:p>/tail", "/m/<path:p>", "/m/{a}/{b}"})), IsEmpty());
  EXPECT_THAT(hints_of(numbered_specs_of({"/m/{x}/tail", "/m/{x}/{y}/{rest...}", "/m/<path:p>/tail"})),
              ElementsAre("2: no request reaches \"/m/<path:p>/tail\": more specific routes take every path, "
                          "such as \"/m/{x}/{y}/{rest...}\" on line 2"));
}

TEST(Lint, SaysThatARouteIsReachedByOneOfItsAlternatives) {
  EXPECT_THAT(hints_of(numbered_specs_of({"/a/{x:[^/]+}", "/a/:y?/z", "/a/<path:p>", "/b/:c?"})), IsEmpty());
}

TEST(Lint, OfManyRoutesIsQuick) {
  std::vector<std::string> paths;
  for (int i = 0; i < 20'000; ++i)
    paths.push_back("/v1/{a}/r" + std::to_string(i % 200) + "/{b}/s" + std::to_string(i / 200));
  for (int i = 0; i < 200; ++i)
    paths.push_back("/v1/{a}/r" + std::to_string(i) + "/{b}/{c}");
  EXPECT_THAT(hints_of(numbered_specs_of(paths)), IsEmpty());  // the test's time-out is the bound
}

TEST(Lint, GivesNoHintWhereThereIsTooMuchToCompare) {
  std::vector<std::string> paths;
  for (int i = 0; i < 400; ++i)
    paths.push_back("/{x:([ab][ab]){" + std::to_string(i / 20 + 1) + "}[c-e]{" + std::to_string(i % 20 + 1) +
                    "}}");
  paths.emplace_back("/{x}");
  for (const std::string& hint : hints_of(numbered_specs_of(paths)))
    EXPECT_THAT(hint, testing::Not(testing::HasSubstr("no request reaches")));
}

TEST(Lint, FindsWhatNoRequestReaches) {
  EXPECT_THAT(
      hints_of(numbered_specs_of({"/a", "/b", "/<any(a,b):x>"})),
      ElementsAre("2: no request reaches \"/<any(a,b):x>\": more specific routes take every path, such as "
                  "\"/a\" on line 1"));
}

TEST(Lint, FindsConstraintsThatOverlap) {
  EXPECT_THAT(
      hints_of(numbered_specs_of({"/{a}.json", "/{a}-{b}", "/{a:[0-9]+}"})),
      ElementsAre("1: overlaps \"/{a}.json\" on line 1: both match \"0-.json\", and the one with more static "
                  "text gets it"));
}

TEST(Lint, NamesOneOverlapOfEachRoute) {
  const std::vector<std::string> hints = hints_of(numbered_specs_of({"/{a}x{b}", "/{a}y{b}", "/{a}z{b}"}));
  ASSERT_EQ(hints.size(), 2U);
  EXPECT_TRUE(hints[0].starts_with("1: overlaps \"/{a}x{b}\" on line 1: "));
  EXPECT_TRUE(hints[1].starts_with("2: overlaps \"/{a}x{b}\" on line 1: "));
}

TEST(Lint, ComparesABoundedNumberOfConstraints) {
  std::vector<std::string> paths;
  for (int i = 0; i < 500; ++i)
    paths.push_back("/" + std::to_string(i) + "-{x:[a-c]+}");
  EXPECT_THAT(
      hints_of(numbered_specs_of(paths)),
      ElementsAre("447: is the first whose constraint was not compared with all others: more than 100000 "
                  "pairs are too many"));
  paths.resize(440);
  EXPECT_THAT(hints_of(numbered_specs_of(paths)), IsEmpty());
}

std::vector<std::string> dialect_hints_of(const std::vector<RouteSpec>& specs) {
  std::vector<std::string> hints;
  for (const RouteHint& hint : lint_dialects(specs, {}))
    hints.push_back(std::to_string(hint.spec) + ": " + hint.message);
  return hints;
}

TEST(LintDialects, NamesBothReadingsAndTheKey) {
  EXPECT_THAT(
      dialect_hints_of(numbered_specs_of({"/x", "/files/*", "/images/*"})),
      ElementsAre(
          "1: \"/files/*\" is read as /files/{}, as in Spring; it would be /files/{...} in Express 4, "
          "Fastify, Koa, Sinatra and chi: set \"dialect\" to the framework whose spelling it is (the "
          "same holds for 1 more)"));
  EXPECT_THAT(
      dialect_hints_of(numbered_specs_of({"/static/", "/users/{id}"})),
      ElementsAre(testing::AllOf(testing::StartsWith("0: \"/static/\" is read as /static, as in "),
                                 testing::HasSubstr("it would be /static/{...} in Go: set \"dialect\""))));
}

TEST(LintDialects, AreSilentWhereOneReadingIsMeant) {
  EXPECT_THAT(dialect_hints_of(numbered_specs_of({"/users", "/users/{id}", "/a/{b}/c"})), IsEmpty());
  // Angles rule Go out, so its subtrees are not meant.
  EXPECT_THAT(dialect_hints_of(numbered_specs_of({"/", "/static/", "/users/<int:id>/"})), IsEmpty());
  EXPECT_THAT(dialect_hints_of(numbered_specs_of({"/", "/users/<int:id>/", "/users/:id"})), IsEmpty());
  EXPECT_THAT(dialect_hints_of(numbered_specs_of({"/users/{id:int}", "/x"})), IsEmpty());
  EXPECT_THAT(dialect_hints_of(numbered_specs_of({"/users(/:id)(.:format)"})), IsEmpty());
  EXPECT_THAT(dialect_hints_of(numbered_specs_of({"/users/:id(\\d+)", "/a/:b?"})), IsEmpty());
}

TEST(LintDialects, LeaveRoutesThatNameOneAlone) {
  std::vector<RouteSpec> specs = numbered_specs_of({"/files/*", "/static/"});
  specs[0].dialect = Dialect::kExpress4;
  specs[1].dialect = Dialect::kGo;
  EXPECT_THAT(dialect_hints_of(specs), IsEmpty());
}

TEST(Lint, SaysThatHostsAreNotLookedAt) {
  std::vector<RouteSpec> specs = numbered_specs_of({"a.example/x/{id}", "b.example/x/{id}", "/y"});
  for (RouteSpec& spec : specs)
    spec.dialect = Dialect::kGo;
  EXPECT_THAT(
      hints_of(specs),
      ElementsAre("1: no request reaches \"b.example/x/{id}\": paths are matched without their host, so "
                  "\"a.example/x/{id}\" on line 1 gets the requests of both hosts"));
}

TEST(Lint, FindsLabelsThatCollide) {
  std::vector<RouteSpec> specs = numbered_specs_of({"/a", "/b", "/c", "/d", "/d"});
  specs[0].name = specs[1].name = "ab";
  specs[1].group = specs[0].group = 1;
  specs[3].methods.insert(Method::get);
  specs[4].methods.insert(Method::put);
  EXPECT_THAT(hints_of(specs), IsEmpty());
  specs[1].group = 0;
  EXPECT_THAT(hints_of(specs),
              ElementsAre("1: shares the label \"ab\" with \"/a\" on line 1: they are counted "
                          "together (a group says so)"));
}

// As the import of Rails' routes writes them, where an action has a constraint and the next has none.
TEST(Lint, LetsTemplatesShareALabelThatDifferInConstraintsAlone) {
  std::vector<RouteSpec> specs = numbered_specs_of(
      {R"(/p/:id(\d+)(.:format([^.]+)))", "/p/:id(.:format)", "/p/:id", "/p/*id", "/q/:id"});
  specs[0].methods.insert(Method::get);
  specs[1].methods.insert(Method::patch);
  specs[1].dialect = Dialect::kRails;
  specs[0].name = "/p/:id(.:format)";
  EXPECT_THAT(hints_of({specs[0], specs[1]}), IsEmpty());
  for (std::size_t other = 2; other < specs.size(); ++other) {
    specs[other].name = specs[0].name;
    EXPECT_THAT(hints_of({specs[0], specs[other]}), testing::Contains(testing::HasSubstr("shares the label")))
        << specs[other].path;
  }
}

}  // namespace
}  // namespace wayside::routes
