// Field names as numbers. The parser looks each name up once; from then on, numbers are compared. Texts are
// compared only with names that a peer or a user gives.
//
// The numbers are Beast's. Names that wayside acts on and Beast does not know have numbers of the same type
// behind Beast's last.
#pragma once

#include <boost/beast/http/field.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>  // field.hpp uses it without including it
#include <string_view>

namespace wayside::http {

// field::unknown is any name that is known neither to Beast nor below.
using boost::beast::http::field;

// The enumeration's type is fixed, so all its values are valid ([dcl.enum]); but Beast's to_string knows only
// Beast's own.
inline constexpr auto kLastOfBeast = static_cast<std::uint16_t>(field::xref);
inline constexpr field kTraceParent{kLastOfBeast + 1};
inline constexpr field kXForwardedFor{kLastOfBeast + 2};
inline constexpr field kXForwardedHost{kLastOfBeast + 3};
inline constexpr field kXForwardedProto{kLastOfBeast + 4};
inline constexpr field kXQueueStart{kLastOfBeast + 5};
inline constexpr field kXRequestStart{kLastOfBeast + 6};
// A name with "_" for "-" that forges a trusted field: CGI and its successors turn "-" into "_", so a backend
// takes X_Forwarded_For for X-Forwarded-For. Trusted are the fields set by proxies, such as Forwarded,
// X-Real-IP and X-Forwarded-…, and those that describe the body.
inline constexpr field kUnderscoreTwin{kLastOfBeast + 7};
// Not a field of HTTP. CGI turns it into the variable HTTP_PROXY, which HTTP clients read as their
// configuration (CVE-2016-5385, "httpoxy").
inline constexpr field kProxy{kLastOfBeast + 8};
inline constexpr std::size_t kFieldCount = kLastOfBeast + 9;

// The number of a name, whose case does not matter (RFC 9110 section 5.1). The result is unspecified unless
// `name` is a token.
field field_name(std::string_view name) noexcept;
// The same for a name whose number in Beast is already known.
field field_name(field known_to_beast, std::string_view name) noexcept;

// A set of names from kMembers, the names that wayside acts on. It never contains another name.
class FieldNames {
 public:
  static constexpr std::array kMembers = {
      field::authorization,
      field::connection,
      field::content_length,
      field::content_type,
      field::cookie,
      field::date,
      field::expect,
      field::forwarded,
      field::host,
      field::keep_alive,
      field::max_forwards,
      field::proxy_authorization,
      field::proxy_connection,
      field::te,
      field::trailer,
      field::transfer_encoding,
      field::upgrade,
      field::via,
      kTraceParent,
      kXForwardedFor,
      kXForwardedHost,
      kXForwardedProto,
      kXQueueStart,
      kXRequestStart,
      kUnderscoreTwin,
      kProxy,
  };

  constexpr FieldNames() noexcept = default;
  template <class... Names>
  explicit constexpr FieldNames(Names... names) noexcept : bits_((bit(names) | ...)) {}

  constexpr void add(field name) noexcept { bits_ |= bit(name); }
  constexpr bool contains(field name) const noexcept { return (bits_ & bit(name)) != 0; }
  constexpr bool overlaps(FieldNames other) const noexcept { return (bits_ & other.bits_) != 0; }

 private:
  // The position of a name's bit, counted from 1; 0 for a name outside kMembers.
  static constexpr std::array<std::uint8_t, kFieldCount> kPlaces = [] {
    static_assert(kMembers.size() <= 32);
    std::array<std::uint8_t, kFieldCount> places{};
    for (std::size_t i = 0; i < kMembers.size(); ++i)
      places[static_cast<std::size_t>(kMembers[i])] = static_cast<std::uint8_t>(i + 1);
    return places;
  }();

  static constexpr std::uint32_t bit(field name) noexcept {
    return static_cast<std::uint32_t>(std::uint64_t{1} << kPlaces[static_cast<std::size_t>(name)] >> 1);
  }

  std::uint32_t bits_ = 0;
};

}  // namespace wayside::http
