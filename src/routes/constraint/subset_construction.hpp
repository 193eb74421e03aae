// From an expression to a deterministic automaton: Thompson's construction, then the subset construction. The
// result is not minimal yet: Automaton minimizes it.
#pragma once

#include "routes/constraint/expression.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace wayside::routes {

struct RawAutomaton {
  // State 0 is dead. State 1 is the first and does not accept: the empty text is no segment.
  static constexpr std::size_t kDead = 0;
  static constexpr std::size_t kStart = 1;

  std::array<std::uint8_t, 256> class_of{};  // of each byte
  std::size_t class_count = 0;
  std::vector<std::vector<std::size_t>> targets;  // by state, then by class
  std::vector<bool> accepting;                    // by state
};

// Nothing where the automaton would have more than `max_states`. With `ignores_case`, an upper-case letter
// stands for its lower case too.
std::optional<RawAutomaton> construct(const Expression& expression, bool ignores_case,
                                      std::size_t max_states);

}  // namespace wayside::routes
