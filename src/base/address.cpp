#include "wayside/base/address.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <sys/un.h>
#include <utility>

namespace wayside {
namespace {

using Parsed = Checked<Address, AddressError>;

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kBackendForms = "http://host:port, https://host:port or unix:/path";
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kMaxUnixPath = sizeof(sockaddr_un::sun_path) - 1;  // a NUL ends it
static_assert(kMaxUnixPath == 107);

AddressError expected(std::string_view what, std::string_view found) {
  return {fmt::format("expected {}, found {}", what, in_quotes(found))};
}

bool is_literal(int family, std::string_view text) {
  in6_addr storage;  // large enough for either family
  // inet_pton would ignore a NUL and the text behind it.
  return text.find('\0') == std::string_view::npos &&
         inet_pton(family, std::string(text).c_str(), &storage) == 1;
}

// One label of a host name. RFC 1123 section 2.1, and the underscore that container networks use.
bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label,
                             [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

// A name, or an IPv4 literal. A final dot marks a name as fully qualified and is kept.
bool is_name_or_ipv4(std::string_view host) {
  if (host.size() > 253) return false;
  std::string_view rest = host;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  std::string_view last = rest.substr(std::min(rest.rfind('.') + 1, rest.size()));
  // No top-level domain is a number: a host that ends in one is an IPv4 address or a mistake ("10.0.0.256").
  if (!last.empty() && std::ranges::all_of(last, is_digit)) return is_literal(AF_INET, host);
  for (;;) {
    const std::size_t dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    rest.remove_prefix(dot + 1);
  }
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return port;
}

// A host and the text of its port, which may be absent but not empty.
struct Authority {
  std::string_view host;
  bool in_brackets = false;
  std::optional<std::string_view> port;
};

// nullopt for an unclosed bracket, and for anything but a port behind a bracket.
std::optional<Authority> split_authority(std::string_view text) noexcept {
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    authority.host = text.substr(1, close - 1);
    authority.in_brackets = true;
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.rfind(':'), text.size());
    authority.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (rest.empty()) return authority;
  if (!rest.starts_with(':')) return std::nullopt;
  authority.port = rest.substr(1);
  return authority;
}

std::optional<AddressError> check_host(const Authority& authority) {
  if (authority.in_brackets) {
    if (is_literal(AF_INET6, authority.host)) return std::nullopt;
    return expected("an IPv6 address between the brackets", authority.host);
  }
  if (is_name_or_ipv4(authority.host)) return std::nullopt;
  if (authority.host.find(':') != std::string_view::npos) {
    return expected("an IPv6 address in brackets, as in [::1]:8080", authority.host);
  }
  return expected("a host name or an IP address", authority.host);
}

Parsed parse_unix(std::string_view text, std::string_view path) {
  // unix:///run/app.sock is the same as unix:/run/app.sock; unix://run would make "run" a host.
  if (path.starts_with("///")) path.remove_prefix(2);
  if (!path.starts_with('/') || path.starts_with("//")) {
    return expected("an absolute path, as in unix:/run/app.sock", text);
  }
  if (path.size() > kMaxUnixPath) {
    return AddressError{
        fmt::format("expected a socket path of at most {} bytes, found {}", kMaxUnixPath, path.size())};
  }
  if (std::ranges::any_of(path, [](char c) { return c == '\0' || c == '\n' || c == '\r'; })) {
    return expected("a socket path on one line", text);
  }
  return Address{{}, 0, std::string(path)};
}

}  // namespace

Checked<Address, AddressError> parse_listen_address(std::string_view text) {
  if (text.starts_with(kUnix)) return parse_unix(text, text.substr(kUnix.size()));
  // The error for a URL or a path names the whole form, not the host or the port.
  auto authority = text.find('/') == std::string_view::npos ? split_authority(text) : std::nullopt;
  if (!authority || !authority->port) return expected("host:port or unix:/path", text);
  if (authority->host.empty() && !authority->in_brackets) authority->host = "0.0.0.0";
  if (auto error = check_host(*authority)) return *std::move(error);
  const auto port = parse_port(*authority->port);
  if (!port) return expected("a port from 0 to 65535", *authority->port);
  return Address{std::string(authority->host), *port, {}};
}

Checked<Address, AddressError> parse_backend_address(std::string_view text) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  if (text.starts_with(kUnix)) return parse_unix(text, text.substr(kUnix.size()));
  const bool is_https = starts_with_ignoring_case(text, kHttps);
  if (!is_https && !starts_with_ignoring_case(text, kHttp)) return expected(kBackendForms, text);

  std::string_view rest = text.substr(is_https ? kHttps.size() : kHttp.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  // The text before the @ may hold a password, so it is not shown.
  if (rest.find('@') != std::string_view::npos) {
    return AddressError{"expected http://host:port, found a user before the host"};
  }
  if (rest.find_first_of("/?#") != std::string_view::npos) {
    return expected("http://host:port without a path or query", text);
  }
  const auto authority = split_authority(rest);
  if (!authority || (authority->host.empty() && !authority->in_brackets))
    return expected(kBackendForms, text);
  if (auto error = check_host(*authority)) return *std::move(error);
  const auto port = authority->port ? parse_port(*authority->port) : (is_https ? kHttpsPort : kHttpPort);
  if (!port || *port == 0) return expected("a port from 1 to 65535", *authority->port);
  return Address{std::string(authority->host), *port, {}, is_https};
}

std::string to_string(const Address& address) {
  if (address.is_unix()) return "unix:" + address.unix_path;
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", address.host, address.port)
                 : fmt::format("{}:{}", address.host, address.port);
}

std::string backend_text(const Address& address) {
  if (address.is_unix()) return to_string(address);
  return (address.is_https ? "https://" : "http://") + to_string(address);
}

}  // namespace wayside
