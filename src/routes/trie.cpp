#include "routes/trie.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace wayside::routes {

// Grows the trie template by template; the edges are gathered in a map, whose order is that of the flat
// vector.
class Trie::Builder {
 public:
  explicit Builder(Trie& trie) : trie_(trie) { trie_.nodes_.emplace_back(); }

  Leaf insert(const Template& segments) {
    NodeId node = kRoot;
    std::size_t depth = 0;
    for (const Segment& segment : segments) {
      if (segment.kind == SegmentKind::kCatchAll) return leaf(trie_.nodes_[node].catch_all);
      node = segment.kind == SegmentKind::kStatic ? static_child(node, segment.text) : parameter_child(node);
      trie_.depth_ = std::max(trie_.depth_, ++depth);
    }
    return leaf(trie_.nodes_[node].exact);
  }

  void finish() {
    trie_.edges_.reserve(edges_.size());
    for (const auto& [from, child] : edges_) {
      const auto& [parent, symbol] = from;
      Node& node = trie_.nodes_[parent];
      if (node.edge_count++ == 0) node.first_edge = static_cast<std::uint32_t>(trie_.edges_.size());
      trie_.edges_.push_back({symbol, child});
    }
  }

 private:
  NodeId new_node() {
    trie_.nodes_.emplace_back();
    return static_cast<NodeId>(trie_.nodes_.size() - 1);
  }

  NodeId static_child(NodeId parent, const std::string& text) {
    const auto symbol =
        trie_.symbols_.try_emplace(text, static_cast<Symbol>(trie_.symbols_.size())).first->second;
    const auto [edge, is_new] = edges_.try_emplace({parent, symbol}, kNoNode);
    if (is_new) edge->second = new_node();
    return edge->second;
  }

  NodeId parameter_child(NodeId parent) {
    if (trie_.nodes_[parent].parameter == kNoNode) {
      const NodeId child = new_node();  // moves the nodes, so the parent is looked up again
      trie_.nodes_[parent].parameter = child;
    }
    return trie_.nodes_[parent].parameter;
  }

  Leaf leaf(Leaf& place) {
    if (place == kNoLeaf) place = leaf_count_++;
    return place;
  }

  Trie& trie_;
  std::map<std::pair<NodeId, Symbol>, NodeId> edges_;
  Leaf leaf_count_ = 0;
};

// One path on its way through the trie. Segments deeper than the deepest template can only belong to a
// catch-all, so one of them stands for all.
class Trie::Walk {
 public:
  Walk(const Trie& trie, std::string_view path) noexcept : trie_(trie) {
    std::string_view rest = path.substr(1);
    // What follows the last slash is a segment only if there is something: one slash at the end is ignored.
    while (!rest.empty() && count_ <= trie_.depth_) {
      const std::size_t slash = std::min(rest.find('/'), rest.size());
      symbols_[count_++] = trie_.symbol_of(rest.substr(0, slash));
      rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
  }

  // The recursion is as deep as the deepest template, kMaxSegments at most.
  Leaf from(NodeId id, std::size_t depth) noexcept {
    ++visits_;
    const Node& node = trie_.nodes_[id];
    if (depth == count_) return node.exact != kNoLeaf ? node.exact : node.catch_all;
    const Symbol symbol = symbols_[depth];
    if (const NodeId child = trie_.static_child(node, symbol); child != kNoNode) {
      if (const Leaf leaf = from(child, depth + 1); leaf != kNoLeaf) return leaf;
    }
    if (node.parameter != kNoNode && symbol != kEmptyText) {
      if (const Leaf leaf = from(node.parameter, depth + 1); leaf != kNoLeaf) return leaf;
    }
    return node.catch_all;
  }

  std::size_t visits() const noexcept { return visits_; }

 private:
  const Trie& trie_;
  std::array<Symbol, kMaxSegments + 1> symbols_;  // the first count_ are set
  std::size_t count_ = 0;
  std::size_t visits_ = 0;
};

Trie::Trie(std::span<const Template> templates) {
  Builder builder(*this);
  leaf_of_template_.reserve(templates.size());
  for (const Template& segments : templates)
    leaf_of_template_.push_back(builder.insert(segments));
  builder.finish();
}

Trie::Leaf Trie::find(std::string_view path, std::size_t* visits) const noexcept {
  if (path.empty()) return kNoLeaf;
  Walk walk(*this, path);
  const Leaf leaf = walk.from(kRoot, 0);
  if (visits != nullptr) *visits = walk.visits();
  return leaf;
}

Trie::Symbol Trie::symbol_of(std::string_view segment) const noexcept {
  if (segment.empty()) return kEmptyText;
  const auto found = symbols_.find(segment);
  return found == symbols_.end() ? kUnknownText : found->second;
}

Trie::NodeId Trie::static_child(const Node& node, Symbol symbol) const noexcept {
  const auto edges = std::span(edges_).subspan(node.first_edge, node.edge_count);
  const auto edge = std::ranges::lower_bound(edges, symbol, {}, &Edge::symbol);
  return edge != edges.end() && edge->symbol == symbol ? edge->child : kNoNode;
}

}  // namespace wayside::routes
