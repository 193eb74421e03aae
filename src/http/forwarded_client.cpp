#include "wayside/http/forwarded_client.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>
#include <optional>

namespace wayside::http {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t end = text.find_last_not_of(" \t") + 1;
  return text.substr(begin, std::max(begin, end) - begin);
}

// The address of "10.0.0.1", "10.0.0.1:80", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:80".
std::string_view without_port(std::string_view node) noexcept {
  if (node.starts_with('[')) return node.substr(1, std::min(node.find(']'), node.size()) - 1);
  const std::size_t colon = node.find(':');
  const bool is_ipv6 = colon != node.npos && node.find(':', colon + 1) != node.npos;
  return is_ipv6 ? node : node.substr(0, colon);
}

// The node of a parameter "for" in an element of Forwarded; empty: it has none. A quoted string that names an
// address has no escaped characters.
std::string_view node_of(std::string_view element) noexcept {
  while (!element.empty()) {
    const std::size_t end = std::min(element.find(';'), element.size());
    std::string_view pair = trimmed(element.substr(0, end));
    element.remove_prefix(std::min(end + 1, element.size()));
    constexpr std::string_view kFor = "for=";
    if (!starts_with_ignoring_case(pair, kFor)) continue;
    pair.remove_prefix(kFor.size());
    if (pair.size() >= 2 && pair.starts_with('"') && pair.ends_with('"'))
      pair = pair.substr(1, pair.size() - 2);
    return pair;
  }
  return {};
}

// Walks towards the client, and remembers how far the addresses could be believed.
class Walk {
 public:
  explicit Walk(const TrustedProxies& trusted) noexcept : trusted_(trusted) {}

  // False where the walk ends.
  bool visit(std::string_view node) noexcept {
    const std::string_view text = without_port(trimmed(node));
    const std::optional<IpAddress> address = parse_ip(text);
    if (!address) return false;
    farthest_ = text;
    return trusted_.contains(*address);
  }
  std::string_view farthest() const noexcept { return farthest_; }

 private:
  const TrustedProxies& trusted_;
  std::string_view farthest_;
};

// Visits the items of all lines of the field, the last one first.
template <class NodeOf>
std::string_view walk(const Fields& fields, field name, const TrustedProxies& trusted,
                      NodeOf node_of_item) noexcept {
  Walk walk(trusted);
  for (auto line = fields.end(); line != fields.begin();) {
    --line;
    if (line->id != name) continue;
    std::string_view list = line->value;
    for (;;) {
      const std::size_t comma = list.rfind(',');
      const std::string_view item = comma == list.npos ? list : list.substr(comma + 1);
      if (!walk.visit(node_of_item(item))) return walk.farthest();
      if (comma == list.npos) break;
      list = list.substr(0, comma);
    }
  }
  return walk.farthest();
}

}  // namespace

std::string_view forwarded_client(const Fields& fields, const TrustedProxies& trusted) noexcept {
  if (fields.contains(kXForwardedFor))
    return walk(fields, kXForwardedFor, trusted, [](std::string_view item) { return item; });
  if (fields.contains(field::forwarded)) return walk(fields, field::forwarded, trusted, node_of);
  return {};
}

}  // namespace wayside::http
