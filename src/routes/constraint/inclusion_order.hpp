// In which order are the constraints of one place tried?
//
// A constraint precedes those that include it. Where neither includes the other, the one with more static
// text comes first, then a fixed order of automata: the order in the file plays no part.
//
// Constraints are compared only where all that the larger one requires may be in the smaller one, and thus in
// an example of it. So thousands of constraints that differ in their static text are ordered in time about
// linear in their number; that of constraints that require nothing is quadratic.
#pragma once

#include "routes/constraint/automaton.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wayside::routes {

struct Ranked {
  std::uint32_t automaton = 0;    // each once in one place
  std::size_t literal_bytes = 0;  // the size of the static text beside the parameters
};

class InclusionOrder {
 public:
  // None of the automata accepts nothing. They may be added to, and outlive the object.
  explicit InclusionOrder(const std::vector<Automaton>& automata) noexcept : automata_(automata) {}

  // The indices of `constraints` in the order of trying.
  std::vector<std::size_t> order(std::span<const Ranked> constraints);

 private:
  class Index;

  // What rules inclusions out.
  struct Facts {
    std::string example;  // that is accepted
    std::string encoded;  // the same, percent-encoded
    std::vector<std::string> required;
  };

  const Facts& facts_of(std::uint32_t automaton);
  bool is_included(const Ranked& smaller, const Ranked& larger) const;

  const std::vector<Automaton>& automata_;
  std::vector<std::optional<Facts>> facts_;  // by automaton, of those that were asked for
};

}  // namespace wayside::routes
