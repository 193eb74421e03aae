#include "openapi/outline.hpp"

#include "wayside/base/quote.hpp"

#include "openapi/events.hpp"
#include "openapi/operations.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

namespace wayside::openapi {

// Makes an outline of the events.
class OutlineBuilder {
 public:
  OutlineBuilder(Outline& outline, std::size_t max_memory) : outline_(outline), max_memory_(max_memory) {}

  std::optional<DocumentError> build() {
    Events events(outline_.input_);
    for (;;) {
      auto event = events.next();
      if (event.has_error()) return event.error();
      switch (event->kind) {
        case EventKind::kEnd:
          return std::nullopt;
        case EventKind::kEndOfNode:
          open_.pop_back();
          break;
        case EventKind::kAlias:
          if (auto error = add_alias(*event)) return error;
          break;
        case EventKind::kScalar:
        case EventKind::kList:
        case EventKind::kMapping:
          if (open_.size() > Outline::kMaxDepth) {
            return mistake_at(
                *event, fmt::format("expected nodes in at most {} others, found more", Outline::kMaxDepth));
          }
          add(*event);
          break;
      }
      if (outline_.memory() > max_memory_) {
        return mistake_at(*event,
                          fmt::format("expected paths, servers and anchored nodes of at most {} bytes of "
                                      "memory (limits.route_memory), found more",
                                      max_memory_));
      }
    }
  }

 private:
  // The meaning of a node, which decides what of it is kept.
  enum class Role : std::uint8_t {
    kRoot,
    kPaths,
    kPathItem,
    kOperation,
    kWhole,    // all of it is kept
    kSkipped,  // none of it is kept, but for nodes with anchors
  };

  // A list or mapping whose end has not come.
  struct Open {
    Role role = Role::kSkipped;
    bool is_mapping = false;
    bool expects_value = false;   // of a mapping
    Role value = Role::kSkipped;  // of the value that is expected
    std::uint32_t node = kNone;   // kNone: not kept
    std::uint32_t last_child = kNone;
  };

  static constexpr std::uint32_t kNone = Outline::kNone;

  // The role of the value behind `key`.
  static Role role_of_value(Role mapping, std::string_view key) {
    switch (mapping) {
      case Role::kRoot: {
        if (key == "paths") return Role::kPaths;
        const bool is_known = key == "openapi" || key == "swagger" || key == "basePath" || key == "servers";
        return is_known ? Role::kWhole : Role::kSkipped;
      }
      case Role::kPaths:
        return key.starts_with("x-") ? Role::kSkipped : Role::kPathItem;
      case Role::kPathItem:
        if (key == "servers") return Role::kWhole;
        return std::ranges::find(kOperations, key, &Operation::key) != kOperations.end() ? Role::kOperation
                                                                                         : Role::kSkipped;
      case Role::kOperation:
        return key == "servers" ? Role::kWhole : Role::kSkipped;
      case Role::kWhole:
      case Role::kSkipped:
        break;
    }
    return mapping;
  }

  // The role of the next node; where it is a key, that of its value is noted. `text` is that of a scalar.
  Role role_of_next(bool is_scalar, std::string_view text) {
    if (open_.empty()) return Role::kRoot;
    Open& parent = open_.back();
    if (!parent.is_mapping) return parent.role == Role::kWhole ? Role::kWhole : Role::kSkipped;
    if (parent.expects_value) {
      parent.expects_value = false;
      return parent.value;
    }
    parent.expects_value = true;
    // A path that is no text is kept for the error that it is.
    const bool is_path = parent.role == Role::kPaths;
    parent.value = is_scalar || is_path || parent.role == Role::kWhole ? role_of_value(parent.role, text)
                                                                       : Role::kSkipped;
    return parent.value == Role::kSkipped ? Role::kSkipped : Role::kWhole;
  }

  void add(const Event& event) {
    Role role = role_of_next(event.kind == EventKind::kScalar, event.text);
    const bool is_attached = role != Role::kSkipped;
    if (!event.anchor.empty()) role = Role::kWhole;
    const std::uint32_t node = role == Role::kSkipped ? kNone : store(event, is_attached);
    if (!event.anchor.empty()) anchored_.insert_or_assign(std::string(event.anchor), node);
    if (event.kind == EventKind::kScalar) return;
    open_.push_back({role, event.kind == EventKind::kMapping, false, Role::kSkipped, node, kNone});
  }

  std::optional<DocumentError> add_alias(const Event& event) {
    const auto known = anchored_.find(event.anchor);
    if (known == anchored_.end()) {
      return mistake_at(event,
                        fmt::format("expected an anchor &{} before its alias, found none", event.anchor));
    }
    const Node target(outline_, known->second);
    const Role role = role_of_next(target.is_scalar(), target.text());
    if (role == Role::kSkipped) return std::nullopt;
    const std::uint32_t node = store(event, true);
    outline_.nodes_[node].is_alias = true;
    outline_.nodes_[node].child = known->second;
    return std::nullopt;
  }

  DocumentError mistake_at(const Event& event, std::string message) const {
    const Place place = outline_.input_.place_of(event.mark);
    return {place.line, place.column, std::move(message)};
  }

  // `is_attached`: the node is a child of the innermost open node, or the root.
  std::uint32_t store(const Event& event, bool is_attached) {
    const auto node = static_cast<std::uint32_t>(outline_.nodes_.size());
    Outline::Stored& stored = outline_.nodes_.emplace_back();
    stored.character = static_cast<std::uint32_t>(event.mark.character);
    stored.line = static_cast<std::uint32_t>(event.mark.line);
    stored.column = static_cast<std::uint32_t>(event.mark.column);
    if (event.kind == EventKind::kList) stored.kind = NodeKind::kList;
    if (event.kind == EventKind::kMapping) stored.kind = NodeKind::kMapping;
    if (event.kind == EventKind::kScalar && !event.is_null) {
      stored.kind = NodeKind::kScalar;
      stored.text = static_cast<std::uint32_t>(outline_.texts_.size());
      stored.text_size = static_cast<std::uint32_t>(event.text.size());
      outline_.texts_ += event.text;
    }
    if (is_attached) attach(node);
    return node;
  }

  void attach(std::uint32_t node) {
    if (open_.empty()) {
      outline_.root_ = node;
      return;
    }
    Open& parent = open_.back();
    if (parent.last_child == kNone) {
      outline_.nodes_[parent.node].child = node;
    } else {
      outline_.nodes_[parent.last_child].next = node;
    }
    parent.last_child = node;
    ++outline_.nodes_[parent.node].size;
  }

  Outline& outline_;
  std::size_t max_memory_;
  std::vector<Open> open_;
  std::map<std::string, std::uint32_t, std::less<>> anchored_;
};

Checked<Outline, DocumentError> Outline::read(std::string_view text, std::size_t max_memory) {
  Outline outline(text);
  if (auto error = OutlineBuilder(outline, max_memory).build()) return *std::move(error);
  return outline;
}

NodeKind Node::kind() const noexcept {
  if (outline_ == nullptr) return NodeKind::kNothing;
  const Outline::Stored& stored = outline_->nodes_[index_];
  return stored.is_alias ? outline_->nodes_[stored.child].kind : stored.kind;
}

std::string_view Node::text() const noexcept {
  const Outline::Stored* stored = &outline_->nodes_[index_];
  if (stored->is_alias) stored = &outline_->nodes_[stored->child];
  return std::string_view(outline_->texts_).substr(stored->text, stored->text_size);
}

std::size_t Node::line() const noexcept {
  return outline_->nodes_[index_].line + std::size_t{1};
}

Place Node::place() const noexcept {
  if (outline_ == nullptr) return {};
  const Outline::Stored& stored = outline_->nodes_[index_];
  return outline_->input_.place_of({stored.character, stored.line, stored.column});
}

Node Node::first() const noexcept {
  if (!is_list() && !is_mapping()) return {};
  const Outline::Stored* stored = &outline_->nodes_[index_];
  if (stored->is_alias) stored = &outline_->nodes_[stored->child];
  return stored->child == Outline::kNone ? Node() : Node(*outline_, stored->child);
}

Node Node::next() const noexcept {
  if (outline_ == nullptr) return {};
  const std::uint32_t next = outline_->nodes_[index_].next;
  return next == Outline::kNone ? Node() : Node(*outline_, next);
}

std::size_t Node::size() const noexcept {
  if (outline_ == nullptr) return 0;
  const Outline::Stored& stored = outline_->nodes_[index_];
  return stored.is_alias ? outline_->nodes_[stored.child].size : stored.size;
}

Node Node::find(std::string_view key) const noexcept {
  if (!is_mapping()) return {};
  for (Node each = first(); each; each = each.next().next()) {
    if (each.is_scalar() && each.text() == key) return each.next();
  }
  return {};
}

DocumentError error_at(const Node& node, std::string message) {
  const Place place = node.place();
  return {place.line, place.column, std::move(message)};
}

DocumentError unexpected(const Node& node, std::string_view what) {
  std::string found = "nothing";
  if (node.is_scalar()) found = in_quotes(node.text());
  if (node.is_list()) found = "a list";
  if (node.is_mapping()) found = "a mapping";
  return error_at(node, fmt::format("expected {}, found {}", what, found));
}

}  // namespace wayside::openapi
