// The paths that one template matches, as an automaton over their bytes: for questions about templates that
// have an answer for all paths, such as whether one is covered by others.
//
// Its input is a path in its normal form without its first slash, percent-decoded but for slashes, which are
// kEncodedSlash within a segment. It is the template read step by step, so it takes no memory and may be as
// large as it likes; Automaton is the part of it that belongs to a constraint.
#pragma once

#include "routes/template.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wayside::routes {

class PathAutomaton {
 public:
  // A place in a segment of the template.
  struct State {
    std::uint32_t segment =
        0;  // an index; the number of segments behind the slash at the end of the template
    std::uint32_t place =
        0;  // 0: at its beginning; else the number of bytes read, or the state of the constraint
    bool is_dead = false;  // nothing is accepted any more

    friend auto operator<=>(const State&, const State&) = default;
  };

  // `whole` outlives the object.
  PathAutomaton(const Template& whole, bool slash_matters);

  State start() const noexcept;
  State next(State state, unsigned char c) const noexcept;
  bool accepts(State state) const noexcept;

  // Whether every path is accepted that goes on behind this state.
  bool accepts_all_from(State state) const noexcept;

  // What tells bytes apart here, beside the two slashes: bytes of static text are added to `singles`, and an
  // automaton, whose classes do, to `automata`.
  void distinguish(State state, ByteSet& singles, std::vector<const Automaton*>& automata) const;

 private:
  const Segment& at(std::size_t index) const noexcept { return whole_.segments[index]; }
  bool is_complete(State state) const noexcept;
  bool is_empty_end(State state) const noexcept;
  // The state of the segment's constraint behind one more byte; dead where there is none.
  static State next_of(const Segment& segment, State state, unsigned char c) noexcept;

  const Template& whole_;
  bool slash_matters_;
  std::vector<std::string> texts_;  // of static segments, decoded
};

}  // namespace wayside::routes
