// The outline of an OpenAPI document: what it says about paths, methods and servers.
//
// Reads the events of libyaml and keeps the nodes that tell routes: `openapi`, `swagger`, `basePath` and
// `servers` of the document, its `paths`, of each path the operations and their `servers`. So the memory
// depends on the number of operations, not on the size of the document. Nodes with an anchor are kept whole,
// because an alias further down may make anything of them.
//
// libyaml, because it reads both YAML and JSON, in constant memory and 30 times as fast as yaml-cpp, which
// takes 27 s for a minified document of 47 MB.
#pragma once

#include "wayside/openapi/document.hpp"
#include "wayside/routes/limits.hpp"

#include "openapi/input.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::openapi {

class Outline;
class OutlineBuilder;

enum class NodeKind : std::uint8_t { kNothing, kScalar, kList, kMapping };

// A node of an outline, or none. Aliases are seen through. Valid as long as the outline.
class Node {
 public:
  Node() = default;

  explicit operator bool() const noexcept { return outline_ != nullptr; }

  NodeKind kind() const noexcept;  // kNothing also where there is no node
  bool is_scalar() const noexcept { return kind() == NodeKind::kScalar; }
  bool is_list() const noexcept { return kind() == NodeKind::kList; }
  bool is_mapping() const noexcept { return kind() == NodeKind::kMapping; }

  std::string_view text() const noexcept;  // of a scalar
  std::size_t line() const noexcept;       // from 1
  Place place() const noexcept;            // reads the document up to there: for errors

  // The children of a list, or the keys and values of a mapping in turn: for (n = a.first(); n; n =
  // n.next()).
  Node first() const noexcept;
  Node next() const noexcept;
  std::size_t size() const noexcept;  // the number of children, keys and values counted each

  // The value of the first entry with that key; none where there is none, or this is no mapping.
  Node find(std::string_view key) const noexcept;

 private:
  friend class Outline;
  friend class OutlineBuilder;
  Node(const Outline& outline, std::uint32_t index) noexcept : outline_(&outline), index_(index) {}

  const Outline* outline_ = nullptr;
  std::uint32_t index_ = 0;
};

class Outline {
 public:
  // Reads the first document of `text`, which has less than 4 GiB and outlives the outline. The error is a
  // mistake of the syntax, nodes in more than kMaxDepth others, or an outline of more than `max_memory`
  // bytes. Throws std::bad_alloc.
  static Checked<Outline, DocumentError> read(std::string_view text,
                                              std::size_t max_memory = routes::kNoLimits.memory);

  // libyaml takes time in the square of the depth of brackets.
  static constexpr std::size_t kMaxDepth = 1000;

  // None where the text is empty.
  Node root() const noexcept { return nodes_.empty() || root_ == kNone ? Node() : Node(*this, root_); }

 private:
  friend class Node;
  friend class OutlineBuilder;

  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  struct Stored {
    NodeKind kind = NodeKind::kNothing;
    bool is_alias = false;
    std::uint32_t child =
        kNone;  // the first one; of an alias: the node that it stands for, which is no alias
    std::uint32_t next = kNone;
    std::uint32_t size = 0;  // the number of children
    std::uint32_t text = 0;  // offset in texts_
    std::uint32_t text_size = 0;
    std::uint32_t character = 0;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
  };

  explicit Outline(std::string_view text) noexcept : input_(text) {}

  std::size_t memory() const noexcept { return nodes_.size() * sizeof(Stored) + texts_.size(); }

  Input input_;
  std::vector<Stored> nodes_;
  std::string texts_;
  std::uint32_t root_ = kNone;
};

// "expected `what`, found …" at the place of the node.
DocumentError unexpected(const Node& node, std::string_view what);

// A mistake at the place of the node.
DocumentError error_at(const Node& node, std::string message);

}  // namespace wayside::openapi
