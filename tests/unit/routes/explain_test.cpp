#include "wayside/routes/explain.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::routes {
namespace {

RouteSpec spec(std::string path, std::size_t line, std::string file = {}) {
  RouteSpec made;
  made.path = std::move(path);
  made.line = line;
  made.file = std::move(file);
  return made;
}

std::vector<RouteSpec> specs() {
  std::vector<RouteSpec> all = {
      spec("/users/{id}", 3), spec("/users/{id:int}", 4), spec("/{rest...}", 5, "api.yaml"),
      spec("/users/me", 0),   spec("/x/{a:[0-9]+}", 7),   spec("/x/{a:[0-9]{2}}", 8)};
  all[0].methods.insert(Method::get);
  all[0].methods.insert(Method::put);
  all[3].name = "me";
  return all;
}

TEST(Explain, NamesTheWinnerAndTheRunnersUp) {
  EXPECT_EQ(explain(specs(), {}, UnmatchedPolicy::kFold, "GET /users//%34%32?x=1").text,
            R"(request  GET /users//%34%32?x=1
path     /users/42
route    /users/{id:int} (on line 4)
label    /users/{id:int}
methods  any

These match too, in the order in which they would have won:
  /users/{id} (on line 3): in segment 2, a constrained parameter wins over a parameter
  /{rest...} (on line 5 of api.yaml): in segment 1, the text "users" wins over a catch-all
)");
  EXPECT_EQ(explain(specs(), {}, UnmatchedPolicy::kFold, "/x/12").text, R"(request  GET /x/12
path     /x/12
route    /x/{a:[0-9]{2}} (on line 8)
label    /x/{a:[0-9]{2}}
methods  any

These match too, in the order in which they would have won:
  /x/{a:[0-9]+} (on line 7): in segment 2, the constraint that allows less wins
  /{rest...} (on line 5 of api.yaml): in segment 1, the text "x" wins over a catch-all
)");
}

TEST(Explain, NamesARouteOnceWhoseAlternativesMatch) {
  const std::string text =
      explain(std::vector{spec("/:a(.:format)", 3)}, {}, UnmatchedPolicy::kFold, "/x.json").text;
  EXPECT_TRUE(text.ends_with("\nNo other route matches.\n")) << text;
}

TEST(Explain, SaysWhatTheMethodHasToDoWithIt) {
  const std::vector<RouteSpec> one = {specs()[0]};
  EXPECT_EQ(explain(one, {}, UnmatchedPolicy::kFold, "POST /users/x HTTP/1.1").text, R"(request  POST /users/x
path     /users/x
route    /users/{id} (on line 3)
label    /users/{id}
methods  GET, PUT; POST is none of them, and the path alone decides

No other route matches.
)");
}

TEST(Explain, ProposesATemplateWhereNothingMatches) {
  EXPECT_EQ(explain({}, {}, UnmatchedPolicy::kGuess, "/orders/42/").text, R"(request  GET /orders/42/
path     /orders/42/
route    none
label    /orders/{id}  (unmatched: guess)
try      - /orders/{id}
)");
  EXPECT_EQ(explain({}, {}, UnmatchedPolicy::kFold, "OPTIONS *").text, R"(request  OPTIONS *
path     none: no route can match
route    none
label    unmatched  (unmatched: fold)
)");
}

}  // namespace
}  // namespace wayside::routes
