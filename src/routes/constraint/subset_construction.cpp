#include "routes/constraint/subset_construction.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace wayside::routes {
namespace {

// Nodes of the nondeterministic automaton: nested repetitions, (a{1000}){1000}, would fill the memory.
constexpr std::size_t kMaxNodes = 20'000;

// Visits of nodes in all steps together: thousands of sets of thousands of nodes would take minutes.
constexpr std::size_t kMaxVisits = 1'000'000;

// Adds the lower case of each letter: texts are folded to lower case before they are matched.
ByteSet folded(ByteSet set) {
  for (unsigned c = 'A'; c <= 'Z'; ++c) {
    if (set.test(c)) set.set(c - 'A' + 'a');
  }
  return set;
}

// Thompson's nondeterministic automaton: a node has one step, a byte set with a target, or free targets,
// which are reached without a byte.
class Thompson {
 public:
  using Node = std::size_t;

  Thompson(const Expression& expression, bool ignores_case) : ignores_case_(ignores_case) {
    const Node first = add_node();
    end_ = append(expression, first);
  }

  static constexpr Node kFirst = 0;
  Node end() const noexcept { return end_; }
  bool is_too_large() const noexcept { return is_too_large_; }
  std::size_t size() const noexcept { return nodes_.size(); }
  const std::vector<Node>& free_targets(Node node) const { return nodes_[node].free_targets; }

  // The node that `byte` leads to from `node`.
  std::optional<Node> target(Node node, std::size_t byte) const {
    const auto& step = nodes_[node].step;
    return step && step->first.test(byte) ? std::optional(step->second) : std::nullopt;
  }

  // Numbers the classes of bytes that no set tells apart, in the order of their first bytes, and returns
  // their count.
  std::size_t classify(std::array<std::uint8_t, 256>& class_of) const {
    class_of.fill(0);
    std::size_t count = 1;
    for (const NodeData& node : nodes_) {
      if (!node.step) continue;
      constexpr std::size_t kNone = 256;
      std::array<std::array<std::size_t, 2>, 256> number;  // of each old class, outside and inside the set
      number.fill({kNone, kNone});
      count = 0;
      for (std::size_t byte = 0; byte < class_of.size(); ++byte) {
        std::size_t& split = number[class_of[byte]][node.step->first.test(byte) ? 1 : 0];
        if (split == kNone) split = count++;
        class_of[byte] = static_cast<std::uint8_t>(split);
      }
    }
    return count;
  }

 private:
  struct NodeData {
    std::optional<std::pair<ByteSet, Node>> step;
    std::vector<Node> free_targets;
  };

  Node add_node() {
    is_too_large_ = is_too_large_ || nodes_.size() >= kMaxNodes;
    if (is_too_large_) return kFirst;  // the automaton is going to be discarded
    nodes_.emplace_back();
    return nodes_.size() - 1;
  }

  void connect(Node from, Node to) { nodes_[from].free_targets.push_back(to); }

  // Adds nodes that recognize the expression from `from` on, and returns the node where it ends. `from` only
  // gets free targets.
  Node append(const Expression& expression, Node from) {
    if (is_too_large_) return kFirst;
    switch (expression.kind) {
      case Expression::Kind::kByte: {
        const Node own = add_node();
        const Node end = add_node();
        if (is_too_large_) return kFirst;
        connect(from, own);
        nodes_[own].step.emplace(ignores_case_ ? folded(expression.set) : expression.set, end);
        return end;
      }
      case Expression::Kind::kSequence:
        for (const Expression& part : expression.parts)
          from = append(part, from);
        return from;
      case Expression::Kind::kChoice: {
        const Node end = add_node();
        for (const Expression& part : expression.parts) {
          const Node begin = add_node();
          connect(from, begin);
          connect(append(part, begin), end);
        }
        return end;
      }
      case Expression::Kind::kRepeated:
        return append_repeated(expression, from);
    }
    return from;
  }

  Node append_repeated(const Expression& expression, Node from) {
    const Expression& part = expression.parts.front();
    for (std::size_t i = 0; i < expression.min && !is_too_large_; ++i)
      from = append(part, from);
    const Node end = add_node();
    if (expression.max == Expression::kUnbounded) {
      const Node loop = add_node();
      connect(from, loop);
      connect(append(part, loop), loop);
      connect(loop, end);
      return end;
    }
    for (std::size_t i = expression.min; i < expression.max && !is_too_large_; ++i) {
      connect(from, end);
      from = append(part, from);
    }
    connect(from, end);
    return end;
  }

  bool ignores_case_;
  bool is_too_large_ = false;
  std::vector<NodeData> nodes_;
  Node end_ = kFirst;
};

// The subset construction: a state is a set of nodes that are reached together.
class Subsets {
 public:
  using Nodes = std::vector<Thompson::Node>;  // ascending

  explicit Subsets(const Thompson& source) : source_(source) {}

  std::optional<RawAutomaton> construct(std::size_t max_states) {
    raw_.class_count = source_.classify(raw_.class_of);
    for (std::size_t byte = raw_.class_of.size(); byte-- > 0;)
      example_[raw_.class_of[byte]] = byte;
    add_state({});  // kDead
    // The first state is left out of states_: a later one with the same nodes may accept, the first never
    // does.
    add_state(closure({Thompson::kFirst}));
    raw_.accepting[RawAutomaton::kStart] = false;
    states_.clear();
    states_.emplace(Nodes(), RawAutomaton::kDead);
    for (std::size_t state = 0; state < nodes_of_.size(); ++state) {
      for (std::size_t c = 0; c < raw_.class_count; ++c) {
        const std::size_t target = state_of(step(nodes_of_[state], example_[c]));
        raw_.targets[state].push_back(target);
      }
      if (nodes_of_.size() > max_states || visits_ > kMaxVisits) return std::nullopt;
    }
    return std::move(raw_);
  }

 private:
  Nodes step(const Nodes& from, std::size_t byte) {
    visits_ += from.size();
    Nodes reached;
    for (const Thompson::Node node : from) {
      if (const auto target = source_.target(node, byte)) reached.push_back(*target);
    }
    return closure(std::move(reached));
  }

  Nodes closure(Nodes reached) const {
    std::vector<bool> is_in(source_.size());
    for (const Thompson::Node node : reached)
      is_in[node] = true;
    for (std::size_t i = 0; i < reached.size(); ++i) {
      for (const Thompson::Node target : source_.free_targets(reached[i])) {
        if (is_in[target]) continue;
        is_in[target] = true;
        reached.push_back(target);
      }
    }
    std::ranges::sort(reached);
    reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
    return reached;
  }

  std::size_t state_of(Nodes nodes) {
    const auto found = states_.find(nodes);
    return found != states_.end() ? found->second : add_state(std::move(nodes));
  }

  std::size_t add_state(Nodes nodes) {
    const std::size_t state = nodes_of_.size();
    raw_.accepting.push_back(std::ranges::binary_search(nodes, source_.end()));
    raw_.targets.emplace_back();
    states_.emplace(nodes, state);
    nodes_of_.push_back(std::move(nodes));
    return state;
  }

  const Thompson& source_;
  std::size_t visits_ = 0;
  RawAutomaton raw_;
  std::array<std::size_t, 256> example_{};  // a byte of each class
  std::map<Nodes, std::size_t> states_;
  std::vector<Nodes> nodes_of_;
};

}  // namespace

std::optional<RawAutomaton> construct(const Expression& expression, bool ignores_case,
                                      std::size_t max_states) {
  const Thompson source(expression, ignores_case);
  if (source.is_too_large()) return std::nullopt;
  return Subsets(source).construct(max_states);
}

}  // namespace wayside::routes
