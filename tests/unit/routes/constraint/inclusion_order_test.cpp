#include "routes/constraint/inclusion_order.hpp"

#include "routes/template.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <string_view>

namespace wayside::routes {
namespace {

using Random = std::mt19937;
using Order = std::vector<std::size_t>;

// The rule as it is written in the header, by comparing all pairs: again and again the first of those that
// include none of the others that are left.
Order slow_order(const std::vector<Automaton>& automata, const std::vector<Ranked>& constraints) {
  Order left(constraints.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  std::ranges::sort(left, [&](std::size_t a, std::size_t b) {
    if (constraints[a].literal_bytes != constraints[b].literal_bytes)
      return constraints[a].literal_bytes > constraints[b].literal_bytes;
    return automata[constraints[a].automaton] < automata[constraints[b].automaton];
  });
  Order order;
  while (!left.empty()) {
    const auto first = std::ranges::find_if(left, [&](std::size_t each) {
      return std::ranges::none_of(left, [&](std::size_t other) {
        return other != each &&
               automata[constraints[each].automaton].includes(automata[constraints[other].automaton]);
      });
    });
    order.push_back(*first);
    left.erase(first);
  }
  return order;
}

std::string any_of(Random& random, const std::vector<std::string>& choices) {
  return choices[random() % choices.size()];
}

// Texts of few letters, so that constraints include each other and the texts of one are in another one.
std::string random_segment(Random& random) {
  static const std::vector<std::string> kLiterals = {"",    "",  "a",  "b",  "ab", "ba",
                                                     "aab", "1", "12", ":a", "%20"};
  static const std::vector<std::string> kParameters = {"{p}",           "{p:int}",   "{p:[ab]+}",
                                                       "{p:[a-z0-9]+}", "{p:a*b}",   "{p:(ab|ba)}",
                                                       "{p:(a|b1)*2?}", "{p:.*a.*}", "{p:uuid}"};
  const auto numbered = [&](std::string parameter, char name) {
    parameter[1] = name;
    return parameter;
  };
  std::string segment = any_of(random, kLiterals) + numbered(any_of(random, kParameters), 'p');
  segment += any_of(random, kLiterals);
  if (random() % 3 == 0)
    segment += "-" + numbered(any_of(random, kParameters), 'q') + any_of(random, kLiterals);
  return segment;
}

class InclusionOrderProperty : public testing::TestWithParam<unsigned> {};

TEST_P(InclusionOrderProperty, AgreesWithAComparisonOfAllPairs) {
  Random random(GetParam());
  std::size_t inclusions = 0;
  for (int round = 0; round < 25; ++round) {
    const MatchOptions options{.trailing_slash_matters = false, .ignores_case = round % 5 == 0};
    std::vector<Automaton> automata;
    std::vector<Ranked> constraints;
    std::map<Automaton, std::uint32_t> known;
    for (int i = 0; i < 30; ++i) {
      const auto templates = parse_template("/" + random_segment(random), Dialect::kAuto, options);
      if (templates.has_error()) continue;
      const Segment& segment = templates->front().segments.front();
      if (segment.kind != SegmentKind::kConstrained) continue;
      const auto number = static_cast<std::uint32_t>(automata.size());
      if (!known.try_emplace(segment.automaton, number).second) continue;
      automata.push_back(segment.automaton);
      constraints.push_back({number, segment.literal_bytes});
    }
    for (const Automaton& larger : automata) {
      inclusions += static_cast<std::size_t>(
          std::ranges::count_if(automata, [&](const Automaton& each) { return larger.includes(each); }));
    }
    inclusions -= automata.size();
    InclusionOrder order(automata);
    ASSERT_EQ(order.order(constraints), slow_order(automata, constraints)) << "round " << round;
  }
  EXPECT_GT(inclusions, 200U) << "the constraints hardly include each other";
}

INSTANTIATE_TEST_SUITE_P(Seeds, InclusionOrderProperty, testing::Range(1U, 4U));

}  // namespace
}  // namespace wayside::routes
