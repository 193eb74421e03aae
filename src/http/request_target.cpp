#include "http/request_target.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace wayside::http {
namespace {

// Without ",", which comes from two merged Host fields.
constexpr std::array<bool, 256> kHostChars = alphanumeric_or("-._~!$&'()*+;=%");

bool is_host_char(char c) noexcept {
  return kHostChars[static_cast<unsigned char>(c)];
}

// uri-host [ ":" port ] (RFC 9110 section 7.2, RFC 3986 section 3.2.2), checked character by character. It
// may be empty.
bool is_valid_authority(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos || end == 1) return false;
    for (const char c : text.substr(1, end - 1)) {
      if (!is_hex_digit(c) && c != ':' && c != '.') return false;
    }
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') return false;
  }
  const auto host_end = std::ranges::find_if_not(text, is_host_char);
  return host_end == text.end() ||
         (*host_end == ':' && std::all_of(std::next(host_end), text.end(), is_digit));
}

}  // namespace

std::optional<Violation> check_target(RequestHead& head) noexcept {
  head.authority = {};
  if (head.method == Method::connect) return Violation::kConnectUnsupported;
  // A target has no fragment.
  if (head.target.find('#') != head.target.npos) return Violation::kBadTarget;
  if (head.target.starts_with('/')) return std::nullopt;
  if (head.target == "*" && head.method == Method::options) return std::nullopt;
  const std::size_t colon = head.target.find("://");
  if (colon == head.target.npos) return Violation::kBadTarget;
  const std::string_view scheme = head.target.substr(0, colon);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https"))
    return Violation::kBadTarget;
  // RFC 9110 section 4.2.1: an http URI without a host is invalid; section 4.2.4: so is one with a user.
  const std::string_view rest = head.target.substr(colon + 3);
  head.authority = rest.substr(0, rest.find_first_of("/?"));
  const bool has_host = !head.authority.empty() && head.authority.front() != ':';
  return has_host && is_valid_authority(head.authority) ? std::nullopt : std::optional(Violation::kBadTarget);
}

std::optional<Violation> check_host(const RequestHead& head) noexcept {
  const Field* host = nullptr;
  for (const Field& field : head.fields) {
    if (field.id != field::host) continue;
    if (host != nullptr) return Violation::kDuplicateHost;
    host = &field;
  }
  if (host == nullptr) return head.minor_version == 1 ? std::optional(Violation::kMissingHost) : std::nullopt;
  return is_valid_authority(host->value) ? std::nullopt : std::optional(Violation::kBadHost);
}

}  // namespace wayside::http
