// The table against a slow matcher that shares no code with it: each template is compared with the path by
// itself, and the best of those that match is chosen by the rule of precedence as it is written in
// route_table.hpp.
#include "wayside/routes/route_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace wayside::routes {
namespace {

using Segments = std::vector<std::string>;
using Random = std::mt19937;

Segments split(const std::string& path) {
  Segments segments;
  std::string segment;
  for (const char c : path.substr(1) + "/") {
    if (c != '/') {
      segment += c;
      continue;
    }
    segments.push_back(segment);
    segment.clear();
  }
  if (segments.back().empty()) segments.pop_back();
  return segments;
}

// How specific the match of each segment is, smaller being better; nullopt where the template does not match.
// A template that ends with the path is better than one whose catch-all matches nothing.
std::optional<std::vector<int>> ranks(const Segments& text, const Segments& path) {
  constexpr int kStatic = 0;
  constexpr int kParameter = 1;
  constexpr int kCatchAll = 2;
  std::vector<int> result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i].ends_with("...}")) {
      result.push_back(kCatchAll);
      return result;
    }
    if (i >= path.size()) return std::nullopt;
    const bool is_parameter = text[i].starts_with('{');
    if (is_parameter ? path[i].empty() : text[i] != path[i]) return std::nullopt;
    result.push_back(is_parameter ? kParameter : kStatic);
  }
  if (text.size() != path.size()) return std::nullopt;
  return result;
}

RouteId match_slowly(const std::vector<RouteSpec>& specs, Method method, const std::string& path) {
  std::optional<std::vector<int>> best;
  std::vector<std::size_t> candidates;  // the routes of the best template
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto rank = ranks(split(specs[i].path), split(path));
    if (!rank || (best && *best < *rank)) continue;
    if (best != rank) candidates.clear();
    best = rank;
    candidates.push_back(i);
  }
  if (candidates.empty()) return kUnmatched;
  const auto listed = std::ranges::find_if(candidates, [&](std::size_t i) {
    return specs[i].methods.empty() || specs[i].methods.contains(method);
  });
  return static_cast<RouteId>((listed == candidates.end() ? candidates.front() : *listed) + 1);
}

std::size_t below(Random& random, std::size_t bound) {
  return random() % bound;
}

// Few texts and short paths, so that templates meet and the walk has to turn back.
std::string random_static(Random& random) {
  return std::string(1, static_cast<char>('a' + below(random, 3)));
}

RouteSpec random_spec(Random& random) {
  RouteSpec spec;
  const std::size_t depth = below(random, 6);
  for (std::size_t i = 0; i < depth; ++i) {
    spec.path += '/';
    if (below(random, 2) == 0) {
      spec.path += random_static(random);
    } else {
      spec.path.append("{p").append(std::to_string(i)).append("}");
    }
  }
  if (below(random, 5) == 0) spec.path += "/{rest...}";
  if (spec.path.empty() || below(random, 10) == 0) spec.path += "/";
  if (below(random, 3) == 0) spec.methods.insert(static_cast<Method>(below(random, kMethodCount)));
  return spec;
}

std::string random_path(Random& random) {
  std::string path;
  const std::size_t depth = below(random, 8);
  for (std::size_t i = 0; i < depth; ++i) {
    path += '/';
    if (below(random, 20) != 0) path += random_static(random);
  }
  if (path.empty() || below(random, 5) == 0) path += "/";
  return path;
}

// As many random routes as can stand beside each other.
std::vector<RouteSpec> random_specs(Random& random) {
  std::vector<RouteSpec> specs(1 + below(random, 60));
  std::ranges::generate(specs, [&] { return random_spec(random); });
  const std::vector<RouteError> errors = RouteTable::check(specs);
  for (auto error = errors.rbegin(); error != errors.rend(); ++error) {
    specs.erase(specs.begin() + static_cast<std::ptrdiff_t>(error->spec));
  }
  return specs;
}

class RouteTableProperty : public testing::TestWithParam<unsigned> {};

TEST_P(RouteTableProperty, AgreesWithASlowMatcher) {
  Random random(GetParam());
  for (int round = 0; round < 15; ++round) {
    std::vector<RouteSpec> specs = random_specs(random);
    const auto table = RouteTable::build(specs);
    ASSERT_TRUE(table.has_value()) << table.error().message;
    for (int i = 0; i < 100; ++i) {
      const std::string path = random_path(random);
      const auto method = static_cast<Method>(below(random, kMethodCount));
      ASSERT_EQ(table->match(method, path), match_slowly(specs, method, path))
          << to_string(method) << ' ' << path << " among " << testing::PrintToString([&] {
               std::vector<std::string> paths;
               for (const RouteSpec& spec : specs)
                 paths.push_back(spec.path);
               return paths;
             }());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RouteTableProperty, testing::Range(1U, 9U));

}  // namespace
}  // namespace wayside::routes
