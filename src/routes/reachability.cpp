#include "routes/reachability.hpp"

#include "routes/constraint/path_automaton.hpp"
#include "routes/trie.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace wayside::routes {
namespace {

// States of one product, and steps of automata in all products together: about a second.
constexpr std::size_t kMaxStates = 5'000;
constexpr std::size_t kMaxSteps = 20'000'000;

// Letters that read well in an example come first.
constexpr std::array<unsigned char, 256> kBytesInOrder = [] {
  std::array<unsigned char, 256> order{};
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = static_cast<unsigned char>((i + 'a') % order.size());
  return order;
}();

// Finds the templates whose segments can match what those of another one match, one by one.
class OverlapTree {
 public:
  explicit OverlapTree(std::span<const Template> templates) : templates_(templates) {
    nodes_.emplace_back();
    for (std::size_t i = 0; i < templates.size(); ++i)
      insert(i);
  }

  // Every template that may match a path of `whole`, itself included, and maybe some that do not. Nothing
  // where the search would take more than the steps up to kMaxSteps.
  std::optional<std::vector<std::size_t>> overlapping(const Template& whole, std::size_t& steps) const {
    std::vector<std::size_t> found;
    collect(0, whole, 0, steps, found);
    if (steps > kMaxSteps) return std::nullopt;
    return found;
  }

 private:
  struct Node {
    std::map<std::string, std::size_t> statics;
    std::vector<std::pair<const Automaton*, std::size_t>> constrained;
    std::optional<std::size_t> parameter;
    std::vector<std::size_t> ends;   // templates
    std::vector<std::size_t> rests;  // templates that end here with a catch-all or a rest
  };

  std::size_t new_node() {
    nodes_.emplace_back();
    return nodes_.size() - 1;
  }

  void insert(std::size_t index) {
    std::size_t node = 0;
    for (const Segment& segment : templates_[index].segments) {
      if (segment.kind >= SegmentKind::kRest) return nodes_[node].rests.push_back(index);
      node = child(node, segment);
    }
    nodes_[node].ends.push_back(index);
  }

  std::size_t child(std::size_t node, const Segment& segment) {
    std::size_t made = 0;
    switch (segment.kind) {
      case SegmentKind::kStatic:
        if (const auto known = nodes_[node].statics.find(segment.text); known != nodes_[node].statics.end())
          return known->second;
        made = new_node();
        nodes_[node].statics.emplace(segment.text, made);
        return made;
      case SegmentKind::kConstrained:
        return constrained_child(node, *automata_.insert(&segment.automaton).first);
      default:
        break;
    }
    if (!nodes_[node].parameter) {
      made = new_node();
      nodes_[node].parameter = made;
    }
    return *nodes_[node].parameter;
  }

  // `automaton` is the one in automata_.
  std::size_t constrained_child(std::size_t node, const Automaton* automaton) {
    const auto [known, is_new] = constrained_children_.try_emplace({node, automaton}, 0);
    if (is_new) {
      known->second = new_node();
      nodes_[node].constrained.emplace_back(automaton, known->second);
    }
    return known->second;
  }

  // As deep as the deepest template.
  void collect(std::size_t id, const Template& whole, std::size_t depth, std::size_t& steps,
               std::vector<std::size_t>& found) const {
    if (steps > kMaxSteps) return;
    const Node& node = nodes_[id];
    steps += 1 + node.rests.size() + node.ends.size();
    found.insert(found.end(), node.rests.begin(), node.rests.end());
    const Segment* const segment = depth < whole.segments.size() ? &whole.segments[depth] : nullptr;
    const bool has_rest = segment != nullptr && segment->kind >= SegmentKind::kRest;
    if (segment == nullptr || has_rest) found.insert(found.end(), node.ends.begin(), node.ends.end());
    if (segment == nullptr) return;
    const std::size_t following = has_rest ? depth : depth + 1;
    if (segment->kind == SegmentKind::kStatic) {
      const auto same = node.statics.find(segment->text);
      if (same != node.statics.end()) collect(same->second, whole, following, steps, found);
    } else {
      for (const auto& [text, child] : node.statics) {
        ++steps;
        const bool fits = segment->kind != SegmentKind::kConstrained || segment->automaton.accepts(text);
        if (fits) collect(child, whole, following, steps, found);
      }
    }
    for (const auto& [automaton, child] : node.constrained) {
      ++steps;
      const bool fits = segment->kind != SegmentKind::kStatic || automaton->accepts(segment->text);
      if (fits) collect(child, whole, following, steps, found);
    }
    if (node.parameter) collect(*node.parameter, whole, following, steps, found);
  }

  struct ByValue {
    bool operator()(const Automaton* a, const Automaton* b) const { return *a < *b; }
  };

  std::span<const Template> templates_;
  std::vector<Node> nodes_;
  std::set<const Automaton*, ByValue> automata_;  // of equal ones the first
  std::map<std::pair<std::size_t, const Automaton*>, std::size_t> constrained_children_;
};

// One template and the union of others, read side by side.
class Product {
 public:
  Product(const PathAutomaton& own, std::span<const PathAutomaton* const> others, MatchOptions options,
          std::size_t& steps)
      : own_(own), others_(others), options_(options), steps_(steps) {}

  // The index in `others` of one that takes a path; nothing where a path is left, or where it is not known.
  std::optional<std::size_t> taken_by() {
    add(first());
    while (!open_.empty()) {
      const State state = open_.front();
      open_.pop_front();
      if (seen_.size() > kMaxStates || steps_ > kMaxSteps) return std::nullopt;
      if (accepts(state)) {
        if (!is_taken(state)) return std::nullopt;
      }
      for (const unsigned char byte : distinct_bytes(state)) {
        auto target = next(state, byte);
        if (!target) continue;
        if (target->others.empty()) return std::nullopt;  // whatever ends here is left
        if (!is_covered(*target)) add(*std::move(target));
      }
    }
    return taker_;
  }

 private:
  // How much of a segment has been read: "." and ".." are none in a normal path.
  enum class Read : std::uint8_t {
    kNothing,
    kDot,
    kTwoDots,
    kText,
    kHighText
  };  // kHighText: beyond ASCII last

  // Of a character in UTF-8. A path that is none is left out: frameworks refuse it or replace its bytes.
  enum class Part : std::uint8_t { kAscii, kContinuation, kLead };
  static constexpr std::size_t kParts = 3;

  static Part part_of(unsigned char byte) noexcept {
    if (byte < 0x80) return Part::kAscii;
    return byte < 0xC0 ? Part::kContinuation : Part::kLead;
  }

  struct State {
    PathAutomaton::State own;
    Read read = Read::kNothing;
    bool is_first = false;
    std::vector<std::pair<std::size_t, PathAutomaton::State>> others;  // those that are not dead

    friend auto operator<=>(const State&, const State&) = default;
  };

  State first() const {
    State state{own_.start(), Read::kNothing, true, {}};
    for (std::size_t i = 0; i < others_.size(); ++i)
      state.others.emplace_back(i, others_[i]->start());
    return state;
  }

  void add(State state) {
    const auto [place, is_new] = seen_.insert(std::move(state));
    if (is_new) open_.push_back(*place);
  }

  // Whether a path ends here that the template matches.
  bool accepts(const State& state) const {
    if (state.read == Read::kDot || state.read == Read::kTwoDots) return false;
    const bool is_behind_slash = state.read == Read::kNothing && !state.is_first;
    return own_.accepts(state.own) && (!is_behind_slash || options_.trailing_slash_matters);
  }

  bool is_taken(const State& state) {
    for (const auto& [index, other] : state.others) {
      if (!others_[index]->accepts(other)) continue;
      if (!taker_) taker_ = index;
      return true;
    }
    return false;
  }

  // Whether another one takes every path that goes on from here.
  bool is_covered(const State& state) {
    for (const auto& [index, other] : state.others) {
      if (!others_[index]->accepts_all_from(other)) continue;
      if (!taker_) taker_ = index;
      return true;
    }
    return false;
  }

  std::optional<State> next(const State& state, unsigned char byte) {
    if (byte == '/' && state.read < Read::kText) return std::nullopt;
    const Part part = part_of(byte);
    if (part == Part::kContinuation && state.read != Read::kHighText) return std::nullopt;
    const Read read = part == Part::kAscii ? Read::kText : Read::kHighText;
    State target{own_.next(state.own, byte), read, false, {}};
    if (target.own.is_dead) return std::nullopt;
    if (byte == '/') target.read = Read::kNothing;
    if (byte == '.' && state.read == Read::kNothing) target.read = Read::kDot;
    if (byte == '.' && state.read == Read::kDot) target.read = Read::kTwoDots;
    steps_ += 1 + state.others.size();
    for (const auto& [index, other] : state.others) {
      const PathAutomaton::State reached = others_[index]->next(other, byte);
      if (!reached.is_dead) target.others.emplace_back(index, reached);
    }
    return target;
  }

  // Splits the groups, numbered from 0, by the classes of the automaton, and returns their number.
  static std::size_t refine(std::array<std::size_t, 256>& group_of, std::size_t groups,
                            const Automaton& automaton) {
    constexpr std::size_t kNone = 256;
    std::vector<std::size_t> number_of(groups * group_of.size(), kNone);
    groups = 0;
    for (std::size_t byte = 0; byte < group_of.size(); ++byte) {
      const std::size_t old = group_of[byte] * group_of.size();
      std::size_t& number = number_of[old + automaton.class_of(static_cast<unsigned char>(byte))];
      if (number == kNone) number = groups++;
      group_of[byte] = number;
    }
    return groups;
  }

  // One byte of each kind that leads somewhere else from here.
  std::vector<unsigned char> distinct_bytes(const State& state) {
    ByteSet singles = bytes_of("/.");
    singles.set(kEncodedSlash);
    std::vector<const Automaton*> automata;
    own_.distinguish(state.own, singles, automata);
    for (const auto& [index, other] : state.others)
      others_[index]->distinguish(other, singles, automata);
    std::array<std::size_t, 256> group_of{};
    for (std::size_t byte = 0; byte < group_of.size(); ++byte)
      group_of[byte] = static_cast<std::size_t>(part_of(static_cast<unsigned char>(byte)));
    steps_ += group_of.size() * automata.size();
    std::size_t groups = kParts;
    for (const Automaton* const automaton : automata)
      groups = refine(group_of, groups, *automaton);
    std::vector<unsigned char> distinct;
    std::array<bool, 256> is_known{};  // by group
    for (const unsigned char byte : kBytesInOrder) {
      const bool is_upper = byte >= 'A' && byte <= 'Z';
      if (is_upper && options_.ignores_case) continue;  // paths are folded
      const bool is_single = singles.test(byte);
      bool& is_group_known = is_known[group_of[byte]];
      if (is_single || !is_group_known) distinct.push_back(byte);
      is_group_known = is_group_known || !is_single;
    }
    return distinct;
  }

  const PathAutomaton& own_;
  std::span<const PathAutomaton* const> others_;
  MatchOptions options_;
  std::size_t& steps_;  // of all products
  std::set<State> seen_;
  std::deque<State> open_;
  std::optional<std::size_t> taker_;
};

// The place of each template in the order of precedence; equal templates have the same.
std::vector<std::size_t> ranks_of(std::span<const Template> templates, MatchOptions options) {
  const Trie trie(templates, options.trailing_slash_matters, options.ignores_case);
  const std::vector<Trie::Leaf> order = trie.by_precedence();
  std::vector<std::size_t> rank_of_leaf(order.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank)
    rank_of_leaf[order[rank]] = rank;
  std::vector<std::size_t> ranks;
  for (std::size_t i = 0; i < templates.size(); ++i)
    ranks.push_back(rank_of_leaf[trie.leaf_of(i)]);
  return ranks;
}

}  // namespace

std::vector<std::optional<std::size_t>> find_unreached(std::span<const Template> templates,
                                                       MatchOptions options) {
  const std::vector<std::size_t> ranks = ranks_of(templates, options);
  const OverlapTree tree(templates);
  std::vector<PathAutomaton> automata;
  automata.reserve(templates.size());
  for (const Template& whole : templates)
    automata.emplace_back(whole, options.trailing_slash_matters);
  std::vector<std::optional<std::size_t>> taken(templates.size());
  std::size_t steps = 0;
  for (std::size_t i = 0; i < templates.size() && steps <= kMaxSteps; ++i) {
    const auto overlapping = tree.overlapping(templates[i], steps);
    if (!overlapping) break;
    std::vector<const PathAutomaton*> others;
    std::vector<std::size_t> index_of;
    for (const std::size_t other : *overlapping) {
      if (ranks[other] >= ranks[i]) continue;
      others.push_back(&automata[other]);
      index_of.push_back(other);
    }
    if (others.empty()) continue;
    const auto taker = Product(automata[i], others, options, steps).taken_by();
    if (taker) taken[i] = index_of[*taker];
  }
  return taken;
}

}  // namespace wayside::routes
