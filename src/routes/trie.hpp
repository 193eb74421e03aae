// Many templates as one trie of path segments: which template does a path belong to?
//
// It owns the compiled form and the walk through it. It knows nothing of methods, labels or ids: what it
// finds is a leaf, one for all templates that match exactly the same paths.
//
// Why a match cannot be made expensive: a node is reached by exactly one sequence of edges, and so at exactly
// one depth. However often the walk turns back, it never enters a node twice: a match visits at most the
// nodes of the trie whose prefix matches the path. Constraints cost one step for each byte of a segment.
//
// Why it is fast where nothing turns back: the segments are hashed while the path is split, and a static
// child is found with one probe into one table for the whole trie, whose entries hold their text themselves.
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

// What one look at a path cost, for the tests that bound it.
struct TrieCost {
  std::size_t nodes = 0;  // entered
  std::size_t bytes = 0;  // that constraints looked at, at most
};

class Trie {
 public:
  // One set of indistinguishable templates; numbered from 0 in the order in which they first appear.
  using Leaf = std::uint32_t;
  static constexpr Leaf kNoLeaf = std::numeric_limits<Leaf>::max();

  // Where `slash_matters`, a slash at the end makes a template or a path another one.
  Trie(std::span<const Template> templates, bool slash_matters);

  // The leaf of the template with this index in the constructor's span.
  Leaf leaf_of(std::size_t template_index) const noexcept { return leaf_of_template_[template_index]; }

  // Segments of the deepest template, catch-alls not counted: as many as a path needs to be split into.
  std::size_t depth() const noexcept { return depth_; }

  // The leaf of the most specific template that matches, or kNoLeaf. Never allocates.
  Leaf find(const PathSegments& path, TrieCost* cost = nullptr) const noexcept;

  // The leaves of all templates that match, the most specific first. For explanations: it allocates.
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
    Leaf catch_some = kNoLeaf;        // a template ends here with all that is left, which is something
    Leaf catch_all = kNoLeaf;         // a template ends here with all that is left
    NodeId parameter = kNoNode;
    std::uint32_t first_constrained = 0;  // in constrained_, in the order in which they are tried
    std::uint32_t constrained_count = 0;
    bool has_static_children = false;
  };

  struct Constrained {
    std::uint32_t automaton;  // in automata_
    NodeId child;
  };

  // A static child, in a table with open addressing. 32 bytes, two to a cache line.
  struct Edge {
    static constexpr std::size_t kInlineText = 16;

    NodeId parent = kNoNode;  // kNoNode: nothing is here
    NodeId child = kNoNode;
    std::uint32_t hash = 0;
    std::uint32_t size = 0;                // of the text
    std::array<char, kInlineText> text{};  // or the offset in long_texts_ of a longer one
  };

  static std::size_t home_of(NodeId parent, std::uint32_t hash) noexcept;
  NodeId static_child(NodeId parent, const PathSegment& segment) const noexcept;
  bool has_text(const Edge& edge, const PathSegment& segment) const noexcept;

  bool slash_matters_;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;  // a power of two of them, at most half in use
  std::string long_texts_;
  std::vector<Constrained> constrained_;
  std::vector<Automaton> automata_;  // all different
  std::vector<Leaf> leaf_of_template_;
  std::size_t depth_ = 0;
};

}  // namespace wayside::routes
