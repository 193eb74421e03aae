// Decides whether a segment of a path has the form that a template asks for, in one step per byte.
//
// An Automaton is the minimal deterministic automaton of an Expression, with its states and byte classes
// numbered canonically: two automata are equal exactly if they accept the same texts, so {id:int} and
// <int:id> are one template. Immutable; any number of threads may use one.
//
// The empty text is never accepted: a parameter stands for a segment that is there. A percent-encoded byte
// (%20) counts as the byte itself, as frameworks decode a parameter before they look at its constraint.
#pragma once

#include "wayside/base/result.hpp"

#include "routes/constraint/expression.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

class Automaton {
 public:
  // More states are refused: each may take half a kilobyte, for a constraint that no reader could follow.
  static constexpr std::size_t kMaxStates = 1000;

  // Nothing where the expression needs more than kMaxStates. With `ignores_case`, letters stand for both
  // cases, and texts are expected in lower case.
  static std::optional<Automaton> from(const Expression& expression, bool ignores_case);

  // Never allocates; at most one step per byte.
  bool accepts(std::string_view segment) const noexcept {
    State state = kStart;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      auto c = static_cast<unsigned char>(segment[i]);
      if (c == '%') c = decode(segment, i);
      state = next(state, c);
      if (state == kDead) return false;
    }
    return is_accepting(state);
  }

  // The same of the rest of a path: several segments, joined by slashes, as they stand in a request target.
  // An encoded slash counts as kEncodedSlash. Letters are read in lower case where `folds_case`.
  bool accepts_rest(std::string_view rest, bool folds_case) const noexcept;

  // The automaton step by step, for products of several.
  using State = std::uint16_t;
  static constexpr State kDead = 0;   // no further byte leads to acceptance
  static constexpr State kStart = 1;  // exists even where nothing is accepted

  State next(State state, unsigned char c) const noexcept {
    return transitions_[state * class_count_ + class_of_[c]];
  }
  bool is_accepting(State state) const noexcept { return accepting_[state] != 0; }

  // The number of the byte's class. No state tells the bytes of a class apart.
  std::uint8_t class_of(unsigned char c) const noexcept { return class_of_[c]; }

  // Whether every text that `other` accepts is accepted here too.
  bool includes(const Automaton& other) const;

  // A shortest text that both accept, percent-encoded where a path needs that; nothing where there is none.
  std::optional<std::string> common_text(const Automaton& other) const;

  // The shortest texts that are accepted, `limit` at most, in a fixed order and not percent-encoded.
  std::vector<std::string> shortest_texts(std::size_t limit) const;

  // Whether every text of at least one byte is accepted, as by a parameter without a constraint.
  bool accepts_anything() const;

  bool accepts_nothing() const;

  std::size_t state_count() const noexcept { return accepting_.size(); }

  // Allocated memory in bytes.
  std::size_t memory() const noexcept { return transitions_.size() * sizeof(State) + accepting_.size(); }

  friend bool operator==(const Automaton&, const Automaton&) = default;
  // A fixed order without a meaning, for sorting and as a key.
  friend auto operator<=>(const Automaton&, const Automaton&) = default;

 private:
  class Minimizer;

  // The byte that segment[i], a percent sign, begins; moves `i` to the last character of its triple.
  static unsigned char decode(std::string_view segment, std::size_t& i) noexcept;

  // One byte of each pair of classes of both automata: the byte that reads best in an example.
  std::vector<unsigned char> distinct_bytes(const Automaton& other) const;

  std::size_t class_count_ = 0;               // of bytes that no state tells apart
  std::array<std::uint8_t, 256> class_of_{};  // numbered by their first bytes
  std::vector<State> transitions_;            // class_count_ for each state
  std::vector<std::uint8_t> accepting_;       // by state: 1 or 0
};

}  // namespace wayside::routes
