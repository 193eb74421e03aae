#include "routes/trie.hpp"

#include "routes/constraint/inclusion_order.hpp"
#include "routes/unaligned_load.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <set>
#include <utility>

namespace wayside::routes {

// Adds one template after another. Edges and constraints are kept in maps until finish() lays out the arrays.
class Trie::Builder {
 public:
  explicit Builder(Trie& trie) : trie_(trie), order_(trie.automata_) { new_node(); }

  Leaf insert(const Template& whole) {
    NodeId node = kRoot;
    NodeId parent = kRoot;
    std::size_t depth = 0;
    for (const Segment& segment : whole.segments) {
      if (segment.kind == SegmentKind::kCatchSome) return leaf(trie_.nodes_[node].catch_some);
      if (segment.kind == SegmentKind::kCatchAll) return leaf(trie_.nodes_[node].catch_all);
      if (segment.kind == SegmentKind::kRest) return rest_leaf(node, segment);
      parent = std::exchange(node, child(node, segment));
      trie_.depth_ = std::max(trie_.depth_, ++depth);
    }
    if (whole.last_may_be_empty) {
      trie_.nodes_[parent].has_empty_ends = true;
      empty_ends_.insert({parent, node});
    }
    Node& end = trie_.nodes_[node];
    return leaf(trie_.slash_matters_ && whole.ends_with_slash ? end.exact_with_slash : end.exact);
  }

  void finish() {
    place_edges();
    place_constrained();
    place_rests();
    place_empty_ends();
  }

 private:
  // A constrained child that has no place in the order of trying yet.
  struct Child {
    Ranked constraint;
    std::uint32_t target;  // a node; of a rest, a leaf
  };

  NodeId new_node() {
    trie_.nodes_.emplace_back();
    constrained_.emplace_back();
    return static_cast<NodeId>(trie_.nodes_.size() - 1);
  }

  NodeId child(NodeId parent, const Segment& segment) {
    switch (segment.kind) {
      case SegmentKind::kStatic: {
        const auto [edge, is_new] = edges_.try_emplace({parent, segment.text}, kNoNode);
        if (is_new) {
          edge->second = new_node();
          trie_.nodes_[parent].has_static_children = true;
        }
        return edge->second;
      }
      case SegmentKind::kConstrained:
        return constrained_child(parent, segment);
      default:
        break;
    }
    if (trie_.nodes_[parent].parameter == kNoNode) {
      const NodeId made = new_node();  // moves the nodes: the parent is looked up again
      trie_.nodes_[parent].parameter = made;
    }
    return trie_.nodes_[parent].parameter;
  }

  NodeId constrained_child(NodeId parent, const Segment& segment) {
    const Ranked constraint{index_of(segment.automaton), segment.literal_bytes};
    const auto [place, is_new] =
        place_of_constrained_.try_emplace({parent, constraint.automaton}, constrained_[parent].size());
    if (!is_new) return known_target(constrained_[parent][place->second], constraint);
    const NodeId made = new_node();
    constrained_[parent].push_back({constraint, made});
    return made;
  }

  Leaf rest_leaf(NodeId node, const Segment& segment) {
    const Ranked constraint{index_of(segment.automaton), segment.literal_bytes};
    std::vector<Child>& rests = rests_[node];
    const auto [place, is_new] = place_of_rest_.try_emplace({node, constraint.automaton}, rests.size());
    if (!is_new) return known_target(rests[place->second], constraint);
    trie_.nodes_[node].has_rests = true;
    rests.push_back({constraint, leaf_count_});
    return leaf_count_++;
  }

  // One constraint in two notations: the precedence may not depend on which of them comes first.
  static std::uint32_t known_target(Child& known, const Ranked& constraint) {
    known.constraint.literal_bytes = std::max(known.constraint.literal_bytes, constraint.literal_bytes);
    return known.target;
  }

  std::uint32_t index_of(const Automaton& automaton) {
    const auto next = static_cast<std::uint32_t>(trie_.automata_.size());
    const auto [known, is_new] = automata_.try_emplace(automaton, next);
    if (is_new) trie_.automata_.push_back(automaton);
    return known->second;
  }

  Leaf leaf(Leaf& place) {
    if (place == kNoLeaf) place = leaf_count_++;
    return place;
  }

  void place_edges() {
    trie_.edges_.resize(std::bit_ceil(std::max<std::size_t>(2 * edges_.size(), 2)));
    for (const auto& [from, child] : edges_) {
      const auto& [parent, text] = from;
      Edge edge;
      edge.parent = parent;
      edge.child = child;
      edge.hash = hash_of_segment(text);
      edge.size = static_cast<std::uint32_t>(text.size());
      if (text.size() <= Edge::kInlineText) {
        text.copy(edge.text.data(), text.size());
      } else {
        const auto offset = static_cast<std::uint32_t>(trie_.long_texts_.size());
        std::memcpy(edge.text.data(), &offset, sizeof(offset));
        trie_.long_texts_ += text;
      }
      const std::size_t mask = trie_.edges_.size() - 1;
      std::size_t at = home_of(parent, edge.hash) & mask;
      while (trie_.edges_[at].parent != kNoNode)
        at = (at + 1) & mask;
      trie_.edges_[at] = edge;
    }
  }

  void place_constrained() {
    for (NodeId node = 0; node < constrained_.size(); ++node) {
      trie_.nodes_[node].first_constrained = static_cast<std::uint32_t>(trie_.constrained_.size());
      trie_.nodes_[node].constrained_count = static_cast<std::uint32_t>(constrained_[node].size());
      for (const Child& child : in_order(constrained_[node]))
        trie_.constrained_.push_back({child.constraint.automaton, child.target});
    }
  }

  void place_rests() {
    for (auto& [node, rests] : rests_) {
      for (const Child& rest : in_order(rests))
        trie_.rests_.push_back({node, rest.constraint.automaton, rest.target});
    }
  }

  // Constrained children come first, as they do for a segment that is there.
  void place_empty_ends() {
    for (NodeId id = 0; id < trie_.nodes_.size(); ++id) {
      const Node& node = trie_.nodes_[id];
      const auto place = [&](NodeId child) {
        if (empty_ends_.contains({id, child})) trie_.empty_ends_.push_back({id, child});
      };
      for (std::uint32_t i = 0; i < node.constrained_count; ++i)
        place(trie_.constrained_[node.first_constrained + i].child);
      place(node.parameter);
    }
  }

  std::vector<Child> in_order(const std::vector<Child>& children) {
    std::vector<Ranked> constraints;
    constraints.reserve(children.size());
    for (const Child& child : children)
      constraints.push_back(child.constraint);
    std::vector<Child> ordered;
    ordered.reserve(children.size());
    for (const std::size_t index : order_.order(constraints))
      ordered.push_back(children[index]);
    return ordered;
  }

  Trie& trie_;
  std::map<std::pair<NodeId, std::string>, NodeId> edges_;
  std::vector<std::vector<Child>> constrained_;  // by node
  std::map<NodeId, std::vector<Child>> rests_;
  std::set<std::pair<NodeId, NodeId>> empty_ends_;
  // By node and automaton: the index of the child in constrained_, and of the rest in rests_.
  std::map<std::pair<NodeId, std::uint32_t>, std::size_t> place_of_constrained_;
  std::map<std::pair<NodeId, std::uint32_t>, std::size_t> place_of_rest_;
  std::map<Automaton, std::uint32_t> automata_;
  InclusionOrder order_;
  Leaf leaf_count_ = 0;
};

// The walk of one path through the trie. Calls the visitor with each leaf that matches, in the order of
// precedence, until it returns true.
template <class Visitor>
class Trie::Walk {
 public:
  Walk(const Trie& trie, const PathSegments& path, Visitor visit) noexcept
      : trie_(trie), path_(path), visit_(visit) {}

  // True where the visitor has returned true. The recursion is as deep as the deepest template: kMaxSegments
  // at most.
  bool from(NodeId id, std::size_t depth) {
    ++cost_.nodes;
    const Node& node = trie_.nodes_[id];
    if (depth == path_.size()) return ends_at(id);
    const PathSegment& segment = path_[depth];
    if (node.has_static_children) {
      const NodeId child = trie_.static_child(id, segment);
      if (child != kNoNode && from(child, depth + 1)) return true;
    }
    for (std::uint32_t i = 0; i < node.constrained_count; ++i) {
      const Constrained& constrained = trie_.constrained_[node.first_constrained + i];
      cost_.bytes += segment.size;
      if (trie_.automata_[constrained.automaton].accepts(segment.text()) &&
          from(constrained.child, depth + 1))
        return true;
    }
    if (node.parameter != kNoNode && from(node.parameter, depth + 1)) return true;
    if (node.has_rests && shows_rest(id, depth)) return true;
    return show(node.catch_some) || show(node.catch_all);
  }

  const TrieCost& cost() const noexcept { return cost_; }

 private:
  bool shows_rest(NodeId id, std::size_t depth) {
    const std::string_view text = path_.rest_from(depth, trie_.slash_matters_);
    for (const Rest& rest : trie_.rests_of(id)) {
      cost_.bytes += text.size();
      if (trie_.automata_[rest.automaton].accepts_rest(text, trie_.folds_case_) && show(rest.leaf))
        return true;
    }
    return false;
  }

  bool ends_at(NodeId id) {
    const Node& node = trie_.nodes_[id];
    const bool has_slash = trie_.slash_matters_ && path_.ends_with_slash();
    if (show(has_slash ? node.exact_with_slash : node.exact)) return true;
    // "/static/{path...}" matches "/static/" and not "/static". The root always ends with its slash.
    const bool ends_behind_slash = has_slash || path_.size() == 0;
    if (ends_behind_slash && node.has_empty_ends && shows_empty_end(id)) return true;
    return (ends_behind_slash || !trie_.slash_matters_) && show(node.catch_all);
  }

  bool shows_empty_end(NodeId id) {
    return std::ranges::any_of(trie_.empty_ends_of(id),
                               [this](const EmptyEnd& end) { return show(trie_.nodes_[end.child].exact); });
  }

  bool show(Leaf leaf) { return leaf != kNoLeaf && visit_(leaf); }

  const Trie& trie_;
  const PathSegments& path_;
  Visitor visit_;
  TrieCost cost_;
};

Trie::Trie(std::span<const Template> templates, bool slash_matters, bool folds_case)
    : slash_matters_(slash_matters), folds_case_(folds_case) {
  Builder builder(*this);
  leaf_of_template_.reserve(templates.size());
  for (const Template& whole : templates)
    leaf_of_template_.push_back(builder.insert(whole));
  builder.finish();
}

Trie::Leaf Trie::find(const PathSegments& path, TrieCost* cost) const noexcept {
  if (!path.is_valid()) return kNoLeaf;
  Leaf found = kNoLeaf;
  const auto take_first = [&found](Leaf leaf) noexcept {
    found = leaf;
    return true;
  };
  Walk walk(*this, path, take_first);
  walk.from(kRoot, 0);
  if (cost != nullptr) *cost = walk.cost();
  return found;
}

std::vector<Trie::Leaf> Trie::find_all(const PathSegments& path) const {
  std::vector<Leaf> found;
  if (!path.is_valid()) return found;
  const auto take_all = [&found](Leaf leaf) {
    found.push_back(leaf);
    return false;
  };
  Walk walk(*this, path, take_all);
  walk.from(kRoot, 0);
  return found;
}

std::vector<Trie::Leaf> Trie::by_precedence() const {
  std::vector<std::vector<NodeId>> statics(nodes_.size());  // no path matches two of a node, in any order
  for (const Edge& edge : edges_) {
    if (edge.parent != kNoNode) statics[edge.parent].push_back(edge.child);
  }
  std::vector<Leaf> order;
  const auto add = [&order](Leaf leaf) {
    if (leaf != kNoLeaf) order.push_back(leaf);
  };
  // As deep as the deepest template.
  const auto visit = [&](const auto& self, NodeId id) -> void {
    const Node& node = nodes_[id];
    add(node.exact);
    add(node.exact_with_slash);
    for (const NodeId child : statics[id])
      self(self, child);
    for (std::uint32_t i = 0; i < node.constrained_count; ++i)
      self(self, constrained_[node.first_constrained + i].child);
    if (node.parameter != kNoNode) self(self, node.parameter);
    for (const Rest& rest : rests_of(id))
      add(rest.leaf);
    add(node.catch_some);
    add(node.catch_all);
  };
  visit(visit, kRoot);
  return order;
}

std::span<const Trie::Rest> Trie::rests_of(NodeId node) const noexcept {
  const auto begin = std::ranges::lower_bound(rests_, node, {}, &Rest::node);
  const auto end = std::find_if(begin, rests_.end(), [node](const Rest& rest) { return rest.node != node; });
  return {begin, end};
}

std::span<const Trie::EmptyEnd> Trie::empty_ends_of(NodeId node) const noexcept {
  const auto begin = std::ranges::lower_bound(empty_ends_, node, {}, &EmptyEnd::node);
  const auto end =
      std::find_if(begin, empty_ends_.end(), [node](const EmptyEnd& each) { return each.node != node; });
  return {begin, end};
}

std::size_t Trie::home_of(NodeId parent, std::uint32_t hash) noexcept {
  const std::uint64_t mixed = (std::uint64_t{hash} ^ (std::uint64_t{parent} << 32U)) * 0x9E37'79B9'7F4A'7C15U;
  return static_cast<std::size_t>(mixed >> 32U);
}

Trie::NodeId Trie::static_child(NodeId parent, const PathSegment& segment) const noexcept {
  const std::size_t mask = edges_.size() - 1;
  for (std::size_t at = home_of(parent, segment.hash) & mask;; at = (at + 1) & mask) {
    const Edge& edge = edges_[at];
    if (edge.parent == kNoNode) return kNoNode;
    if (edge.parent == parent && edge.hash == segment.hash && has_text(edge, segment)) return edge.child;
  }
}

bool Trie::has_text(const Edge& edge, const PathSegment& segment) const noexcept {
  if (edge.size != segment.size) return false;
  const char* text = edge.text.data();
  if (edge.size > Edge::kInlineText) {
    std::uint32_t offset = 0;
    std::memcpy(&offset, edge.text.data(), sizeof(offset));
    text = long_texts_.data() + offset;
  }
  return are_equal(text, segment.data, segment.size);
}

}  // namespace wayside::routes
