#include "routes/constraint/path_automaton.hpp"

#include "wayside/base/percent.hpp"

#include <algorithm>
#include <utility>

namespace wayside::routes {
namespace {

constexpr PathAutomaton::State kDead{0, 0, true};

}  // namespace

PathAutomaton::PathAutomaton(const Template& whole, bool slash_matters)
    : whole_(whole), slash_matters_(slash_matters) {
  for (const Segment& segment : whole.segments) {
    std::string text = percent_decoded(segment.text);
    std::ranges::replace(text, '/', static_cast<char>(kEncodedSlash));
    texts_.push_back(std::move(text));
  }
}

PathAutomaton::State PathAutomaton::start() const noexcept {
  return {0, 0, false};
}

PathAutomaton::State PathAutomaton::next_of(const Segment& segment, State state, unsigned char c) noexcept {
  const auto place = static_cast<Automaton::State>(state.place == 0 ? Automaton::kStart : state.place);
  const Automaton::State target = segment.automaton.next(place, c);
  return target == Automaton::kDead ? kDead : State{state.segment, target, false};
}

PathAutomaton::State PathAutomaton::next(State state, unsigned char c) const noexcept {
  if (state.is_dead || state.segment == whole_.segments.size()) return kDead;
  const Segment& segment = at(state.segment);
  switch (segment.kind) {
    case SegmentKind::kCatchSome:
    case SegmentKind::kCatchAll:
      return {state.segment, 1, false};
    case SegmentKind::kRest:
      return next_of(segment, state, c);
    default:
      break;
  }
  if (c == '/') {
    if (!is_complete(state)) return kDead;
    const std::uint32_t following = state.segment + 1;
    if (following == whole_.segments.size()) {
      return slash_matters_ && whole_.ends_with_slash ? State{following, 0, false} : kDead;
    }
    return {following, 0, false};
  }
  if (c == kEncodedSlash) c = '/';  // the automata of segments know no other slash
  switch (segment.kind) {
    case SegmentKind::kStatic: {
      const std::string& text = texts_[state.segment];
      const auto wanted = c == '/' ? kEncodedSlash : c;
      const bool fits = state.place < text.size() && static_cast<unsigned char>(text[state.place]) == wanted;
      return fits ? State{state.segment, state.place + 1, false} : kDead;
    }
    case SegmentKind::kConstrained:
      return next_of(segment, state, c);
    default:
      return {state.segment, 1, false};
  }
}

bool PathAutomaton::is_complete(State state) const noexcept {
  const Segment& segment = at(state.segment);
  switch (segment.kind) {
    case SegmentKind::kStatic:
      return state.place == texts_[state.segment].size();
    case SegmentKind::kConstrained:
    case SegmentKind::kRest:
      return segment.automaton.is_accepting(static_cast<Automaton::State>(state.place));
    default:
      return state.place != 0;
  }
}

// The root ends with its slash whether or not others matter.
bool PathAutomaton::is_empty_end(State state) const noexcept {
  const bool is_last = state.segment + 1 == whole_.segments.size();
  return whole_.last_may_be_empty && is_last && state.place == 0 && (slash_matters_ || state.segment == 0);
}

bool PathAutomaton::accepts(State state) const noexcept {
  if (state.is_dead) return false;
  if (state.segment == whole_.segments.size()) return true;  // "/", or behind the slash that matters
  const SegmentKind kind = at(state.segment).kind;
  if (kind == SegmentKind::kCatchAll) return true;
  if (is_empty_end(state)) return true;
  if (!is_complete(state)) return false;
  if (kind >= SegmentKind::kRest) return true;
  const std::size_t following = state.segment + 1;
  if (following == whole_.segments.size()) return !(slash_matters_ && whole_.ends_with_slash);
  return !slash_matters_ && at(following).kind == SegmentKind::kCatchAll;
}

bool PathAutomaton::accepts_all_from(State state) const noexcept {
  if (state.is_dead || state.segment == whole_.segments.size()) return false;
  const SegmentKind kind = at(state.segment).kind;
  return kind == SegmentKind::kCatchAll || (kind == SegmentKind::kCatchSome && state.place != 0);
}

void PathAutomaton::distinguish(State state, ByteSet& singles,
                                std::vector<const Automaton*>& automata) const {
  if (state.is_dead || state.segment == whole_.segments.size()) return;
  const Segment& segment = at(state.segment);
  if (segment.kind == SegmentKind::kStatic && state.place < texts_[state.segment].size())
    singles.set(static_cast<unsigned char>(texts_[state.segment][state.place]));
  if (segment.kind == SegmentKind::kConstrained || segment.kind == SegmentKind::kRest)
    automata.push_back(&segment.automaton);
}

}  // namespace wayside::routes
