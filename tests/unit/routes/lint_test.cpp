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
      ElementsAre(
          "1: overlaps \"/{a}.json\" on line 1: both match \"0-.json\", and the one with more text of "
          "its own gets it"));
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
