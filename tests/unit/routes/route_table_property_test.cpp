// The table against a slow matcher that shares no code with it: each template is compared with the path by
// itself, and the best of those that match is chosen by the rule of precedence as it is written in
// route_table.hpp.
#include "wayside/routes/route_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

using Segments = std::vector<std::string>;
using Random = std::mt19937;

// A way to write one segment of a template, what it matches, and its place in the order of precedence.
struct Form {
  std::string_view text;  // with "p" for the parameter's name
  bool (*matches)(const std::string& segment);
  int rank;
};

bool is_letters(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

const std::array kForms = {
    Form{"a", [](const std::string& s) { return s == "a"; }, 0},
    Form{"b", [](const std::string& s) { return s == "b"; }, 0},
    Form{"ab", [](const std::string& s) { return s == "ab"; }, 0},
    Form{"{p}b", [](const std::string& s) { return s.size() > 1 && s.ends_with('b'); }, 1},
    Form{":p([ab])", [](const std::string& s) { return s == "a" || s == "b"; }, 2},
    Form{"<any(a,b,c):p>", [](const std::string& s) { return s == "a" || s == "b" || s == "c"; }, 3},
    Form{"{p:[a-z]+}", is_letters, 4},
    Form{"{p}", [](const std::string&) { return true; }, 5},
};
constexpr int kCatchSomeRank = 6;
constexpr int kCatchAllRank = 7;

// A template as the test knows it.
struct Known {
  std::vector<const Form*> forms;
  int catch_rank = 0;  // 0: no catch-all
};

// How specific the match of each segment is, smaller being better; nullopt where the template does not match.
// A template that ends with the path is better than one whose catch-all matches nothing.
std::optional<std::vector<int>> ranks(const Known& known, const Segments& path) {
  std::vector<int> result;
  for (std::size_t i = 0; i < known.forms.size(); ++i) {
    if (i >= path.size() || !known.forms[i]->matches(path[i])) return std::nullopt;
    result.push_back(known.forms[i]->rank);
  }
  if (known.catch_rank != 0) {
    if (known.catch_rank == kCatchSomeRank && path.size() == known.forms.size()) return std::nullopt;
    result.push_back(known.catch_rank);
  } else if (path.size() != known.forms.size()) {
    return std::nullopt;
  }
  return result;
}

struct KnownRoute {
  Known known;
  RouteSpec spec;
};

std::vector<RouteSpec> specs_of_known(const std::vector<KnownRoute>& routes) {
  std::vector<RouteSpec> specs;
  for (const KnownRoute& route : routes)
    specs.push_back(route.spec);
  return specs;
}

RouteId match_slowly(const std::vector<KnownRoute>& routes, Method method, const Segments& path) {
  std::optional<std::vector<int>> best;
  std::vector<std::size_t> candidates;  // the routes of the best template
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const auto rank = ranks(routes[i].known, path);
    if (!rank || (best && *best < *rank)) continue;
    if (best != rank) candidates.clear();
    best = rank;
    candidates.push_back(i);
  }
  if (candidates.empty()) return kUnmatched;
  auto listed = std::ranges::find_if(candidates,
                                     [&](std::size_t i) { return routes[i].spec.methods.contains(method); });
  if (listed == candidates.end()) {
    listed = std::ranges::find_if(candidates, [&](std::size_t i) { return routes[i].spec.methods.empty(); });
  }
  return static_cast<RouteId>((listed == candidates.end() ? candidates.front() : *listed) + 1);
}

std::size_t below(Random& random, std::size_t bound) {
  return random() % bound;
}

// Few texts and short paths, so that templates meet and the walk has to turn back.
KnownRoute random_route(Random& random) {
  KnownRoute route;
  const std::size_t depth = below(random, 5);
  for (std::size_t i = 0; i < depth; ++i) {
    const Form& form = kForms[below(random, kForms.size())];
    route.known.forms.push_back(&form);
    std::string text(form.text);
    if (const std::size_t name = text.find('p'); name != std::string::npos)
      text.insert(name + 1, std::to_string(i));
    route.spec.path.append("/").append(text);
  }
  switch (below(random, 6)) {
    case 0:
      route.known.catch_rank = kCatchAllRank;
      route.spec.path += "/{rest...}";
      break;
    case 1:
      route.known.catch_rank = kCatchSomeRank;
      route.spec.path += "/*rest";
      break;
    default:
      break;
  }
  if (route.spec.path.empty() || below(random, 10) == 0) route.spec.path += "/";
  if (below(random, 3) == 0) route.spec.methods.insert(kMethods[below(random, kMethodCount)]);
  return route;
}

// A path in some spelling, and the segments that it means.
struct RandomPath {
  std::string text;
  Segments segments;
};

RandomPath random_path(Random& random) {
  constexpr std::array<std::string_view, 7> kTexts = {"a", "b", "c", "ab", "bb", "1", "1b"};
  RandomPath path;
  const std::size_t depth = below(random, 7);
  for (std::size_t i = 0; i < depth; ++i) {
    switch (below(random, 20)) {
      case 0:
        path.text += "/";
        break;
      case 1:
        path.text += "/.";
        break;
      case 2:
        path.text += below(random, 2) == 0 ? "/.." : "/%2e%2E";
        if (!path.segments.empty()) path.segments.pop_back();
        break;
      case 3:
        path.text += "/%61";
        path.segments.emplace_back("a");
        break;
      default:
        path.segments.emplace_back(kTexts[below(random, kTexts.size())]);
        path.text.append("/").append(path.segments.back());
    }
  }
  if (path.text.empty() || below(random, 5) == 0) path.text += "/";
  return path;
}

// As many random routes as can stand beside each other.
std::vector<KnownRoute> random_routes(Random& random) {
  std::vector<KnownRoute> routes(1 + below(random, 60));
  std::ranges::generate(routes, [&] { return random_route(random); });
  const std::vector<RouteError> errors = RouteTable::check(specs_of_known(routes));
  for (auto error = errors.rbegin(); error != errors.rend(); ++error) {
    routes.erase(routes.begin() + static_cast<std::ptrdiff_t>(error->spec));
  }
  return routes;
}

class RouteTableProperty : public testing::TestWithParam<unsigned> {};

TEST_P(RouteTableProperty, AgreesWithASlowMatcher) {
  Random random(GetParam());
  for (int round = 0; round < 6; ++round) {
    const std::vector<KnownRoute> routes = random_routes(random);
    const auto table = RouteTable::build(specs_of_known(routes));
    ASSERT_TRUE(table.has_value()) << table.error().message;
    for (int i = 0; i < 100; ++i) {
      const RandomPath path = random_path(random);
      const auto method = kMethods[below(random, kMethodCount)];
      const RouteId expected = match_slowly(routes, method, path.segments);
      ASSERT_EQ(table->match(method, path.text), expected)
          << method_label(method) << ' ' << path.text << " is "
          << table->label(table->match(method, path.text)) << " and should be " << table->label(expected);
      const std::vector<RouteId> all = table->match_all(method, path.text);
      ASSERT_EQ(all.empty() ? kUnmatched : all.front(), expected);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RouteTableProperty, testing::Range(1U, 9U));

}  // namespace
}  // namespace wayside::routes
