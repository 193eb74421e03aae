#include "wayside/routes/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::routes {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> hints_of(const std::vector<RouteSpec>& specs) {
  std::vector<std::string> hints;
  for (const RouteHint& hint : lint(specs, {}))
    hints.push_back(std::to_string(hint.spec) + ": " + hint.message);
  return hints;
}

std::vector<RouteSpec> specs_of(const std::vector<std::string>& paths) {
  std::vector<RouteSpec> specs;
  for (const std::string& path : paths) {
    specs.emplace_back().path = path;
    specs.back().line = specs.size();
  }
  return specs;
}

TEST(Lint, HasNothingToSayAboutOrdinaryRoutes) {
  EXPECT_THAT(
      hints_of(specs_of({"/", "/users", "/users/{id}", "/users/{id:int}", "/users/me", "/a/:b?", "/{rest...}",
                         "/x/{a:[0-9]+}", "/x/{a:[0-9]{2}}", "/x/{a:[a-z]+}", "/y/*rest"})),
      IsEmpty());
}

TEST(Lint, FindsWhatNoRequestReaches) {
  EXPECT_THAT(
      hints_of(specs_of({"/a", "/b", "/<any(a,b):x>"})),
      ElementsAre("2: no request reaches \"/<any(a,b):x>\": more specific routes take every path, such as "
                  "\"/b\" on line 2"));
}

TEST(Lint, FindsConstraintsThatOverlap) {
  EXPECT_THAT(
      hints_of(specs_of({"/{a}.json", "/{a}-{b}", "/{a:[0-9]+}"})),
      ElementsAre("1: overlaps \"/{a}.json\" on line 1: both match \"0-.json\", and the one with more static "
                  "text gets it"));
}

TEST(Lint, NamesOneOverlapOfEachRoute) {
  const std::vector<std::string> hints = hints_of(specs_of({"/{a}x{b}", "/{a}y{b}", "/{a}z{b}"}));
  ASSERT_EQ(hints.size(), 2U);
  EXPECT_TRUE(hints[0].starts_with("1: overlaps \"/{a}x{b}\" on line 1: "));
  EXPECT_TRUE(hints[1].starts_with("2: overlaps \"/{a}x{b}\" on line 1: "));
}

TEST(Lint, ComparesABoundedNumberOfConstraints) {
  std::vector<std::string> paths;
  for (int i = 0; i < 500; ++i)
    paths.push_back("/" + std::to_string(i) + "-{x:[a-c]+}");
  EXPECT_THAT(
      hints_of(specs_of(paths)),
      ElementsAre("447: is the first whose constraint was not compared with all others: more than 100000 "
                  "pairs are too many"));
  paths.resize(440);
  EXPECT_THAT(hints_of(specs_of(paths)), IsEmpty());
}

TEST(Lint, FindsLabelsThatCollide) {
  std::vector<RouteSpec> specs = specs_of({"/a", "/b", "/c", "/d", "/d"});
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

}  // namespace
}  // namespace wayside::routes
