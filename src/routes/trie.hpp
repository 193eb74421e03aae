// Many templates as one trie of path segments: which template does a path belong to?
//
// It owns the compiled form and the walk through it. It knows nothing of methods, labels or ids: what it
// finds is a leaf, one for all templates that match exactly the same paths.
//
// Why a match cannot be made expensive: a node is reached by exactly one sequence of edges, and so at exactly
// one depth. However often the walk turns back, it never enters a node twice: a match visits at most the
// nodes of the trie whose prefix matches the path, min(2^segments, node_count()) of them. The texts of the
// path's segments are hashed once, before the walk, and compared as numbers during it.
#pragma once

#include "routes/template.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wayside::routes {

class Trie {
 public:
  // One set of indistinguishable templates; numbered from 0 in the order in which they first appear.
  using Leaf = std::uint32_t;
  static constexpr Leaf kNoLeaf = std::numeric_limits<Leaf>::max();

  explicit Trie(std::span<const Template> templates);

  // The leaf of the template with this index in the constructor's span.
  Leaf leaf_of(std::size_t template_index) const noexcept { return leaf_of_template_[template_index]; }

  // The leaf of the most specific template that matches, or kNoLeaf. `path` begins with "/" or is empty; the
  // empty path matches nothing. Never allocates. `visits`, where given, receives the number of nodes that
  // were entered.
  Leaf find(std::string_view path, std::size_t* visits = nullptr) const noexcept;

  std::size_t node_count() const noexcept { return nodes_.size(); }

 private:
  class Builder;
  class Walk;

  using NodeId = std::uint32_t;
  static constexpr NodeId kRoot = 0;
  static constexpr NodeId kNoNode = std::numeric_limits<NodeId>::max();

  // A static segment's text as a number.
  using Symbol = std::uint32_t;
  static constexpr Symbol kUnknownText = std::numeric_limits<Symbol>::max();  // no template has it
  static constexpr Symbol kEmptyText = kUnknownText - 1;                      // between two slashes

  struct Node {
    std::uint32_t first_edge = 0;  // the static children: edge_count edges, sorted by symbol
    std::uint32_t edge_count = 0;
    NodeId parameter = kNoNode;
    Leaf exact = kNoLeaf;      // a template ends here
    Leaf catch_all = kNoLeaf;  // a template ends here with {rest...}
  };

  struct Edge {
    Symbol symbol;
    NodeId child;
  };

  // Lets a segment be looked up as a view, without making a string of it.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  Symbol symbol_of(std::string_view segment) const noexcept;
  NodeId static_child(const Node& node, Symbol symbol) const noexcept;

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::unordered_map<std::string, Symbol, TextHash, std::equal_to<>> symbols_;
  std::vector<Leaf> leaf_of_template_;
  std::size_t depth_ = 0;  // segments of the deepest template, catch-alls not counted
};

}  // namespace wayside::routes
