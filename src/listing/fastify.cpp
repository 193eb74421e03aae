#include "wayside/base/quote.hpp"

#include "listing/lines.hpp"
#include "listing/methods.hpp"
#include "listing/readers.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wayside::listing {
namespace {

constexpr std::string_view kBranch = "\u251c\u2500\u2500 ";  // "├── "
constexpr std::string_view kLastBranch = "\u2514\u2500\u2500 ";
constexpr std::string_view kTrunk = "\u2502   ";
constexpr std::string_view kNoTrunk = "    ";
constexpr std::string_view kBullet = "\u2022 ";
constexpr std::string_view kEmptyRoot = "(empty root node)";

// A line of the tree.
struct Node {
  std::size_t depth = 0;    // 1 for the root
  bool has_branch = false;  // else another route of the node above
  std::string_view text;    // "users (GET, HEAD)"
};

Node node_of(std::string_view line) {
  Node node;
  while (line.starts_with(kTrunk) || line.starts_with(kNoTrunk)) {
    line.remove_prefix(line.starts_with(kTrunk) ? kTrunk.size() : kNoTrunk.size());
    ++node.depth;
  }
  for (const std::string_view branch : {kBranch, kLastBranch}) {
    if (!line.starts_with(branch)) continue;
    line.remove_prefix(branch.size());
    node.has_branch = true;
    ++node.depth;
  }
  node.text = line;
  return node;
}

// A node's part of the path, and the methods behind it: none for a node that is only a prefix.
struct Label {
  std::string_view part;
  std::optional<MethodSet> methods;
};

Label label_of(std::string_view text) {
  // Constraints follow the methods: `host (GET, HEAD) {"host":"a.example"}`. Expressions of parameters have
  // parentheses too, but no blank before them.
  const std::size_t open = text.rfind(" (");
  const std::size_t close = text.find(')', open == text.npos ? text.size() : open);
  if (close == text.npos) return {text, std::nullopt};
  const auto methods = read_methods(text.substr(open + 2, close - open - 2));
  return methods ? Label{text.substr(0, open), methods} : Label{text, std::nullopt};
}

// Fastify prints "::" as ":". A colon that begins a parameter begins its node.
std::string escaped(std::string_view part) {
  if (part.starts_with(':')) return std::string(part);
  std::string out;
  for (const char c : part)
    out.append(c == ':' ? 2 : 1, c);
  return out;
}

}  // namespace

Checked<Listing, ListingError> read_fastify(std::string_view text, routes::Dialect dialect) {
  Listing listing;
  std::vector<std::string> prefixes = {""};  // by depth: the path of the last node there
  for (const Line& line : split_lines(text)) {
    const Node node = node_of(line.text);
    if (prefixes.size() == 1 && !node.has_branch) continue;             // log lines before the tree
    if (node.text.empty() || node.text.starts_with(kBullet)) continue;  // hooks
    const Label label = label_of(node.text);
    if (node.depth == 0 || node.depth > prefixes.size() || (!node.has_branch && !label.methods)) {
      return ListingError{line.number, 1,
                          "expected a line of the tree of app.printRoutes(), found " + in_quotes(line.text)};
    }
    std::string path = prefixes[node.depth - 1];
    if (label.part != kEmptyRoot) path += escaped(label.part);
    prefixes.resize(node.depth);
    prefixes.push_back(path);
    if (label.methods) listing.entries.push_back({path, *label.methods, dialect, {}, line.number});
  }
  return listing;
}

}  // namespace wayside::listing
