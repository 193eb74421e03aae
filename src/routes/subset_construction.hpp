// From an expression to a deterministic automaton, not yet minimal: Thompson's construction and then that of
// the subsets. What comes out is raw material for Automaton and of no other use.
#pragma once

#include "routes/expression.hpp"

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

  std::array<std::uint8_t, 256> class_of{};  // of each octet
  std::size_t class_count = 0;
  std::vector<std::vector<std::size_t>> targets;  // by state, then by class
  std::vector<bool> accepting;                    // by state
};

// nullopt where it would take more than `max_states`. Letters mean both cases where `ignores_case`.
std::optional<RawAutomaton> construct(const Expression& expression, bool ignores_case,
                                      std::size_t max_states);

}  // namespace wayside::routes
