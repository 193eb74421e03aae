// The nodes of a YAML or JSON document, one after another, as libyaml reads them.
#pragma once

#include "wayside/openapi/document.hpp"

#include "openapi/input.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace wayside::openapi {

enum class EventKind : std::uint8_t {
  kScalar,
  kAlias,
  kList,       // its items and a kEndOfNode follow
  kMapping,    // its keys and values in turn and a kEndOfNode follow
  kEndOfNode,  // of a list or a mapping
  kEnd,        // of the document: nothing follows
};

// The views are valid until the next event.
struct Event {
  EventKind kind = EventKind::kEnd;
  Mark mark;
  std::string_view text;    // of a scalar
  std::string_view anchor;  // empty: none; of an alias, the one that it names
  bool is_null = false;     // a scalar that means nothing: empty, ~ or null without quotes
};

class Events {
 public:
  // `input` outlives the object, and is read by it alone. Throws std::bad_alloc.
  explicit Events(Input& input);
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  ~Events();

  // The next event of the first document, or a mistake of the syntax. Throws std::bad_alloc.
  Checked<Event, DocumentError> next();

 private:
  struct Parser;

  Input& input_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace wayside::openapi
