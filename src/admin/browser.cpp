#include "admin/browser.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace wayside::admin {
namespace {

using boost::beast::iequals;

// The longest text of an IPv6 address, and a terminator.
using AddressText = std::array<char, 46>;

bool is_v4_address(std::string_view text) noexcept {
  AddressText terminated{};
  if (text.size() >= terminated.size()) return false;
  std::ranges::copy(text, terminated.begin());
  boost::system::error_code error;
  boost::asio::ip::make_address_v4(terminated.data(), error);
  return !error;
}

// Without a zone, which no browser sends.
bool is_v6_address(std::string_view text) noexcept {
  AddressText terminated{};
  if (text.size() >= terminated.size() || text.find('%') != text.npos) return false;
  std::ranges::copy(text, terminated.begin());
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(terminated.data(), error);
  return !error;
}

// Whether the host of an authority (RFC 3986 section 3.2) needs no name server.
bool is_beyond_dns(std::string_view authority) noexcept {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end != authority.npos && is_v6_address(authority.substr(1, end - 1));
  }
  const std::string_view host = authority.substr(0, authority.find(':'));
  return iequals(host, "localhost") || is_v4_address(host);
}

// RFC 6454 section 6.1: scheme "://" host [ ":" port ]. A page without an origin has "null".
bool is_origin_of(std::string_view origin, std::string_view authority) noexcept {
  constexpr std::array<std::string_view, 2> kSchemes = {"http://", "https://"};
  return std::ranges::any_of(kSchemes, [&](std::string_view scheme) {
    return origin.starts_with(scheme) && iequals(origin.substr(scheme.size()), authority);
  });
}

}  // namespace

bool is_from_foreign_page(const PageRequest& request) noexcept {
  if (!request.origin && !request.sec_fetch_site) return false;
  if (!is_beyond_dns(request.host)) return true;
  if (request.origin && !is_origin_of(*request.origin, request.host)) return true;
  // "none" is a request of the user, not of a page. "same-site" is a page of another port, which may belong
  // to another program.
  const std::string_view site = request.sec_fetch_site.value_or("none");
  return site != "none" && site != "same-origin";
}

}  // namespace wayside::admin
