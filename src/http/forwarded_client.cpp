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

// Where the last item of a list begins. Read from its end, so that a quotation mark that somebody farther
// away left open hides no item of a proxy. With a backslash in front, a mark does not begin a quoted string
// (RFC 9110 section 5.6.4).
std::size_t last_item(std::string_view list) noexcept {
  bool is_quoted = false;
  for (std::size_t at = list.size(); at != 0; --at) {
    const char c = list[at - 1];
    if (c == ',' && !is_quoted) return at;
    if (c != '"') continue;
    const std::string_view before = list.substr(0, at - 1);
    const std::size_t backslashes = before.size() - (before.find_last_not_of('\\') + 1);
    if (!is_quoted || backslashes % 2 == 0) is_quoted = !is_quoted;
  }
  return 0;
}

// Where the first parameter of an element ends: at a ";" that is not quoted. npos: in a quoted string that
// does not end.
std::size_t end_of_pair(std::string_view element) noexcept {
  bool is_quoted = false;
  for (std::size_t at = 0; at < element.size(); ++at) {
    const char c = element[at];
    if (c == ';' && !is_quoted) return at;
    if (c == '"') is_quoted = !is_quoted;
    if (c == '\\' && is_quoted) ++at;
  }
  return is_quoted ? std::string_view::npos : element.size();
}

// The node of a parameter "for" in an element of Forwarded; empty: it has none. A quoted string that names an
// address has no escaped characters.
std::string_view node_of(std::string_view element) noexcept {
  while (!element.empty()) {
    const std::size_t end = end_of_pair(element);
    if (end == element.npos) return {};
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
    std::string_view text = without_port(trimmed(node));
    const std::optional<IpAddress> address = parse_ip(text);
    if (!address) return false;
    // As net::client_text() writes it.
    constexpr std::string_view kMappedIpv4 = "::ffff:";
    if (starts_with_ignoring_case(text, kMappedIpv4) && text.find('.') != text.npos)
      text.remove_prefix(kMappedIpv4.size());
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
      const std::size_t begin = last_item(list);
      if (!walk.visit(node_of_item(list.substr(begin)))) return walk.farthest();
      if (begin == 0) break;
      list = list.substr(0, begin - 1);
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

std::optional<bool> forwarded_tls(const Fields& fields) noexcept {
  const Field* const proto = fields.find(kXForwardedProto);
  if (proto == nullptr) return std::nullopt;
  const std::string_view first = proto->value.substr(0, proto->value.find_first_of(", \t"));
  // Traefik names the scheme of a WebSocket.
  return equals_ignoring_case(first, "https") || equals_ignoring_case(first, "wss");
}

}  // namespace wayside::http
