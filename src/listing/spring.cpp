#include "wayside/base/text.hpp"

#include "listing/json.hpp"
#include "listing/methods.hpp"
#include "listing/readers.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::listing {
namespace {

// The value of a key; not defined where `node` is no mapping with it.
YAML::Node member(const YAML::Node& node, const char* key) {
  return node.IsDefined() && node.IsMap() ? node[key] : YAML::Node(YAML::NodeType::Undefined);
}

std::string text_of(const YAML::Node& node) {
  return node.IsDefined() && node.IsScalar() ? node.Scalar() : std::string();
}

// A functional route's predicate, "(GET && /users/{id})": methods and path, without combinations of others.
std::optional<Entry> entry_of_predicate(std::string_view predicate) {
  if (predicate.starts_with('/')) return Entry{std::string(predicate)};
  if (!predicate.starts_with('(') || !predicate.ends_with(')')) return std::nullopt;
  predicate = predicate.substr(1, predicate.size() - 2);
  const std::size_t conjunction = predicate.find(" && /");
  if (conjunction == predicate.npos) return std::nullopt;
  const auto methods = read_methods(predicate.substr(0, conjunction));
  const std::string_view path = predicate.substr(conjunction + 4);
  if (!methods || path.find_first_of(" ()&|!") != path.npos) return std::nullopt;
  return Entry{std::string(path), *methods};
}

class Reader {
 public:
  explicit Reader(routes::Dialect dialect) : dialect_(dialect) {}

  void read_mapping(const YAML::Node& mapping) {
    const YAML::Node conditions = member(member(mapping, "details"), "requestMappingConditions");
    if (conditions.IsDefined() && conditions.IsMap()) return read_conditions(mapping, conditions);
    // A handler of URLs, such as that of static resources, has no conditions.
    const std::string predicate = text_of(member(mapping, "predicate"));
    if (auto entry = entry_of_predicate(predicate)) {
      add(mapping, entry->path, entry->methods);
    } else {
      note(mapping, predicate, "its predicate is no single path");
    }
  }

  Listing take() { return std::move(listing_); }

 private:
  void read_conditions(const YAML::Node& mapping, const YAML::Node& conditions) {
    MethodSet methods;
    for (const YAML::Node& method : member(conditions, "methods"))
      methods.insert(method_from_token(text_of(method)));
    const YAML::Node patterns = member(conditions, "patterns");
    for (const YAML::Node& pattern : patterns)
      add(mapping, text_of(pattern), methods);
  }

  void add(const YAML::Node& mapping, std::string path, MethodSet methods) {
    // "" is the path of the application, and "{other}" is one below it.
    if (!path.starts_with('/')) path.insert(0, "/");
    listing_.entries.push_back({std::move(path), methods, dialect_, {}, line_of(mapping)});
  }

  void note(const YAML::Node& mapping, const std::string& text, const char* reason) {
    listing_.notes.push_back({line_of(mapping), text, reason});
  }

  routes::Dialect dialect_;
  Listing listing_;
};

}  // namespace

Checked<Listing, ListingError> read_spring(std::string_view text, routes::Dialect dialect) {
  const auto document = parse_json(text);
  if (document.has_error()) return document.error();
  const YAML::Node contexts = member(*document, "contexts");
  if (!contexts.IsDefined() || !contexts.IsMap()) {
    return ListingError{1, 1, "expected the JSON of /actuator/mappings with the key contexts, found none"};
  }
  Reader reader(dialect);
  for (const auto& context : contexts) {
    // Servlets of Spring MVC, handlers of WebFlux.
    for (const char* kind : {"dispatcherServlets", "dispatcherHandlers"}) {
      const YAML::Node dispatchers = member(member(context.second, "mappings"), kind);
      if (!dispatchers.IsDefined() || !dispatchers.IsMap()) continue;
      for (const auto& dispatcher : dispatchers) {
        for (const YAML::Node& mapping : dispatcher.second)
          reader.read_mapping(mapping);
      }
    }
  }
  return reader.take();
}

}  // namespace wayside::listing
