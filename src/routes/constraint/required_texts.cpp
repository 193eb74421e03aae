#include "routes/constraint/required_texts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <limits>
#include <optional>

namespace wayside::routes {
namespace {

using State = Automaton::State;

// More states at one distance before a place are not followed further back: few texts are lost by it.
constexpr std::size_t kMaxWidth = 8;

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

// A place is a state on a shortest way to acceptance, or acceptance itself behind the last of them. Where
// every accepted text leads through a place, and only one text leads there, that text is required.
class Places {
 public:
  explicit Places(const Automaton& automaton) : automaton_(automaton), edges_into_(automaton.state_count()) {
    find_edges();
    find_way();
    if (!way_.empty()) find_cuts();
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    for (std::size_t place = 1; place < is_cut_.size(); ++place) {
      if (!is_cut_[place] || (place + 1 < is_cut_.size() && continues(place + 1))) continue;
      std::string text = text_before(place);
      // A text in another one tells nothing more.
      if (text.empty() || (!texts.empty() && texts.back().find(text) != std::string::npos)) continue;
      if (!texts.empty() && text.find(texts.back()) != std::string::npos) texts.pop_back();
      texts.push_back(std::move(text));
    }
    return texts;
  }

 private:
  struct Edge {
    State from;
    std::optional<unsigned char> byte;  // nothing where several bytes lead there
  };

  // States that lead into others by one byte.
  struct Step {
    std::vector<State> from;
    unsigned char byte = 0;

    friend bool operator==(const Step&, const Step&) = default;
  };

  std::size_t acceptance() const { return way_.size(); }

  void find_edges() {
    constexpr std::size_t kClasses = 256;
    std::array<std::size_t, kClasses> size_of_class{};
    for (std::size_t byte = 0; byte < kClasses; ++byte)
      ++size_of_class[automaton_.class_of(static_cast<unsigned char>(byte))];
    std::vector<unsigned char> bytes;  // one of each class
    std::array<bool, kClasses> is_known{};
    for (std::size_t byte = 0; byte < kClasses; ++byte) {
      bool& known = is_known[automaton_.class_of(static_cast<unsigned char>(byte))];
      if (!known) bytes.push_back(static_cast<unsigned char>(byte));
      known = true;
    }
    targets_.resize(automaton_.state_count());
    for (std::size_t from = Automaton::kStart; from < automaton_.state_count(); ++from) {
      for (const unsigned char byte : bytes) {
        const State to = automaton_.next(static_cast<State>(from), byte);
        if (to == Automaton::kDead) continue;
        const bool is_one = size_of_class[automaton_.class_of(byte)] == 1;
        edges_into_[to].push_back({static_cast<State>(from), is_one ? std::optional(byte) : std::nullopt});
        targets_[from].push_back(to);
      }
    }
  }

  // Breadth first from the start to the first state that accepts.
  void find_way() {
    std::vector<State> came_from(automaton_.state_count(), Automaton::kDead);
    std::deque<State> open{Automaton::kStart};
    came_from[Automaton::kStart] = Automaton::kStart;
    while (!open.empty()) {
      State state = open.front();
      open.pop_front();
      if (automaton_.is_accepting(state)) {
        for (; state != Automaton::kStart; state = came_from[state])
          way_.push_back(state);
        way_.push_back(Automaton::kStart);
        std::ranges::reverse(way_);
        return;
      }
      for (const State target : targets_[state]) {
        if (came_from[target] != Automaton::kDead) continue;
        came_from[target] = state;
        open.push_back(target);
      }
    }
  }

  // Goes along the way, and from each state to all that are reached beside it: a place is a cut where none of
  // those before it leads past it.
  void find_cuts() {
    std::vector<std::size_t> place_of(automaton_.state_count(), kNever);
    for (std::size_t place = 0; place < way_.size(); ++place)
      place_of[way_[place]] = place;
    reached_at_.assign(automaton_.state_count(), kNever);
    is_cut_.assign(way_.size() + 1, false);
    std::size_t furthest = 0;
    for (std::size_t place = 0; place < way_.size(); ++place) {
      is_cut_[place] = furthest <= place;
      std::vector<State> open{way_[place]};
      while (!open.empty()) {
        const State state = open.back();
        open.pop_back();
        if (reached_at_[state] != kNever) continue;
        reached_at_[state] = place;
        if (automaton_.is_accepting(state)) furthest = acceptance();
        for (const State target : targets_[state]) {
          if (place_of[target] == kNever) {
            open.push_back(target);
          } else {
            furthest = std::max(furthest, place_of[target]);
          }
        }
      }
    }
    is_cut_[acceptance()] = true;
  }

  std::vector<State> states_at(std::size_t place) const {
    if (place != acceptance()) return {way_[place]};
    std::vector<State> accepting;
    for (std::size_t state = Automaton::kStart; state < automaton_.state_count(); ++state) {
      if (automaton_.is_accepting(static_cast<State>(state))) accepting.push_back(static_cast<State>(state));
    }
    return accepting;
  }

  // The states before `states` on the ways to a cut that do not lead through it; nothing where several bytes
  // come next.
  std::optional<Step> step_back(const std::vector<State>& states, std::size_t cut) const {
    Step step;
    std::optional<unsigned char> byte;
    for (const State state : states) {
      for (const Edge& edge : edges_into_[state]) {
        if (reached_at_[edge.from] >= cut) continue;
        if (!edge.byte || (byte && *byte != *edge.byte)) return std::nullopt;
        byte = edge.byte;
        step.from.push_back(edge.from);
      }
    }
    if (!byte) return std::nullopt;
    std::ranges::sort(step.from);
    step.from.erase(std::unique(step.from.begin(), step.from.end()), step.from.end());
    step.byte = *byte;
    return step;
  }

  // Whether the place before is a cut too, at most one byte away, and its text goes on here: texts that come
  // back to the place before may end otherwise.
  bool continues(std::size_t place) const {
    if (!is_cut_[place] || !is_cut_[place - 1]) return false;
    const std::vector<State> before{way_[place - 1]};
    const std::vector<State> states = states_at(place);
    if (place == acceptance()) {
      if (states != before) return false;
    } else if (const auto step = step_back(states, place); !step || step->from != before) {
      return false;
    }
    return step_back(before, place) == step_back(before, place - 1);
  }

  std::string text_before(std::size_t cut) const {
    std::string text;
    std::vector<State> states = states_at(cut);
    // A text may begin at the start, which is as many steps away as the shortest text has bytes.
    while (states.size() <= kMaxWidth && std::ranges::find(states, Automaton::kStart) == states.end()) {
      auto step = step_back(states, cut);
      if (!step) break;
      text.push_back(static_cast<char>(step->byte));
      states = std::move(step->from);
    }
    std::ranges::reverse(text);
    return text;
  }

  const Automaton& automaton_;
  std::vector<std::vector<Edge>> edges_into_;  // by state
  std::vector<std::vector<State>> targets_;    // by state
  std::vector<State> way_;                     // empty where nothing is accepted
  std::vector<std::size_t> reached_at_;        // by state: the first place from which it is reached
  std::vector<bool> is_cut_;                   // by place
};

}  // namespace

std::vector<std::string> required_texts(const Automaton& automaton) {
  return Places(automaton).texts();
}

}  // namespace wayside::routes
