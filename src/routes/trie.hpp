// Many templates as one trie of path segments: which template does a path belong to?
//
// Owns the compiled templates and the walk through them. Knows nothing of methods, labels or ids: a match is
// a leaf, which stands for all templates that match exactly the same paths.
//
// No path makes a match expensive: a node is reached by one sequence of edges only, so a walk that backtracks
// never enters a node twice, and visits at most the nodes whose prefix matches the path. A constraint costs
// one step for each byte of a segment, and a constrained rest one for each byte of the path.
//
// Without backtracking a match is fast: segments are hashed while the path is split, and a static child is
// found with one probe into a table of the whole trie, whose entries contain their text.
#pragma once

#include "routes/path.hpp"
#include "routes/template.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace wayside::routes {

// The cost of one match, for tests that bound it.
struct TrieCost {
  std::size_t nodes = 0;  // nodes that were entered
  std::size_t bytes = 0;  // an upper bound of the bytes that constraints read
};

class Trie {
 public:
  // A set of templates that match the same paths, but for an empty last segment. Numbered from 0 in the order
  // of their first templates.
  using Leaf = std::uint32_t;
  static constexpr Leaf kNoLeaf = std::numeric_limits<Leaf>::max();

  // Where `slash_matters`, "/users/" and "/users" differ, in templates and in paths.
  // `folds_case` is that of the paths, whose rests are read as they stand in their targets.
  Trie(std::span<const Template> templates, bool slash_matters, bool folds_case = false);

  // The leaf of the template with this index in the constructor's span.
  Leaf leaf_of(std::size_t template_index) const noexcept { return leaf_of_template_[template_index]; }

  // The number of segments of the deepest template, without catch-alls.
  std::size_t depth() const noexcept { return depth_; }

  // The leaf of the most specific template that matches, or kNoLeaf. Never allocates.
  Leaf find(const PathSegments& path, TrieCost* cost = nullptr) const noexcept;

  // All leaves; each wins over those behind it where both match. For explanations: it allocates.
  std::vector<Leaf> by_precedence() const;

  // The leaves of all templates that match, in the order of precedence. For explanations: it allocates.
  std::vector<Leaf> find_all(const PathSegments& path) const;

  std::size_t node_count() const noexcept { return nodes_.size(); }

 private:
  class Builder;
  template <class Visitor>
  class Walk;

  using NodeId = std::uint32_t;
  static constexpr NodeId kRoot = 0;
  static constexpr NodeId kNoNode = std::numeric_limits<NodeId>::max();

  struct Node {
    Leaf exact = kNoLeaf;             // a template ends here
    Leaf exact_with_slash = kNoLeaf;  // a template ends here with a slash that matters
    Leaf catch_some = kNoLeaf;        // a template ends here with a catch-all of one segment or more
    Leaf catch_all = kNoLeaf;         // a template ends here with a catch-all of any number of segments
    NodeId parameter = kNoNode;
    std::uint32_t first_constrained = 0;  // in constrained_; they are tried in this order
    std::uint32_t constrained_count = 0;
    bool has_static_children = false;
    bool has_rests = false;
    bool has_empty_ends = false;
  };

  struct Constrained {
    std::uint32_t automaton;  // in automata_
    NodeId child;
  };

  // A template that ends at `node` with a constrained rest. Rare, so nodes have no index of them.
  struct Rest {
    NodeId node;
    std::uint32_t automaton;  // in automata_
    Leaf leaf;
  };

  // A template whose last segment may be empty, behind `node`. As rare as rests.
  struct EmptyEnd {
    NodeId node;
    NodeId child;  // where the template ends
  };

  // A static child: an entry of a hash table with open addressing. 32 bytes, two to a cache line.
  struct Edge {
    static constexpr std::size_t kInlineText = 16;

    NodeId parent = kNoNode;  // kNoNode: a free entry
    NodeId child = kNoNode;
    std::uint32_t hash = 0;
    std::uint32_t size = 0;                // of the text
    std::array<char, kInlineText> text{};  // or the offset in long_texts_ of a longer one
  };

  static std::size_t home_of(NodeId parent, std::uint32_t hash) noexcept;
  NodeId static_child(NodeId parent, const PathSegment& segment) const noexcept;
  bool has_text(const Edge& edge, const PathSegment& segment) const noexcept;

  std::span<const Rest> rests_of(NodeId node) const noexcept;
  std::span<const EmptyEnd> empty_ends_of(NodeId node) const noexcept;

  bool slash_matters_;
  bool folds_case_;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;  // their number is a power of two; at most half are in use
  std::string long_texts_;
  std::vector<Constrained> constrained_;
  std::vector<Rest> rests_;           // those of a node together, in the order in which they are tried
  std::vector<EmptyEnd> empty_ends_;  // those of a node together, in the order in which they are tried
  std::vector<Automaton> automata_;   // each once
  std::vector<Leaf> leaf_of_template_;
  std::size_t depth_ = 0;
};

}  // namespace wayside::routes
