// Decides whether a segment of a path has the form that a template asks for, in one step per octet.
//
// It is the minimal deterministic automaton of an Expression, its states and octet classes numbered in one
// canonical way: two automata are equal exactly if they accept the same texts, however they were written.
// That is how {id:int} and <int:id> turn out to be one template. Immutable; any number of threads may use
// one.
//
// The empty text is never accepted: a parameter stands for a segment that is there. Percent-encoded octets
// (%20) count as the octet they stand for, as every framework hands them to its constraints.
#pragma once

#include "wayside/base/result.hpp"

#include "routes/expression.hpp"

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
  // More states than this are refused: they would be a kilobyte of memory each, for a constraint that nobody
  // could read.
  static constexpr std::size_t kMaxStates = 1000;

  // nullopt where the expression needs too many states. Letters mean both cases where `ignores_case`; texts
  // are then expected in lower case.
  static std::optional<Automaton> from(const Expression& expression, bool ignores_case);

  // Never allocates; at most one step per octet.
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

  // Whether every text that `other` accepts is accepted here too.
  bool includes(const Automaton& other) const;

  // A text that both accept, percent-encoded where a path needs that; nullopt where there is none.
  std::optional<std::string> common_text(const Automaton& other) const;

  // The shortest texts, `limit` at most, in a fixed order: not percent-encoded.
  std::vector<std::string> shortest_texts(std::size_t limit) const;

  // Whether any text of at least one octet is accepted: a parameter without a constraint.
  bool accepts_anything() const;

  // Whether no text is accepted at all.
  bool accepts_nothing() const;

  std::size_t state_count() const noexcept { return accepting_.size(); }

  // What it holds beyond its own size, in bytes.
  std::size_t memory() const noexcept { return transitions_.size() * sizeof(State) + accepting_.size(); }

  friend bool operator==(const Automaton&, const Automaton&) = default;
  // Some fixed order, for what has to be sorted somehow.
  friend auto operator<=>(const Automaton&, const Automaton&) = default;

 private:
  using State = std::uint16_t;
  static constexpr State kDead = 0;   // from here nothing is accepted any more
  static constexpr State kStart = 1;  // there even where nothing is accepted at all

  class Minimizer;

  // The octet at segment[i], and `i` on its last character.
  static unsigned char decode(std::string_view segment, std::size_t& i) noexcept;

  // One octet of each pair of classes, the one that reads best in an example.
  std::vector<unsigned char> distinct_octets(const Automaton& other) const;

  State next(State state, unsigned char c) const noexcept {
    return transitions_[state * class_count_ + class_of_[c]];
  }
  bool is_accepting(State state) const noexcept { return accepting_[state] != 0; }

  std::size_t class_count_ = 0;               // of octets that no state tells apart
  std::array<std::uint8_t, 256> class_of_{};  // numbered by their first octets
  std::vector<State> transitions_;            // class_count_ for each state
  std::vector<std::uint8_t> accepting_;       // by state: 1 or 0
};

}  // namespace wayside::routes
