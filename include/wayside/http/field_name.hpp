// The field names that something here acts on, told apart once, when a head is parsed: who looks for one of
// them compares numbers. Texts are compared only where a peer or a user gives the name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wayside::http {

enum class FieldName : std::uint8_t {
  kOther,
  // CGI and its heirs turn "-" into "_" on the way in, so X_Forwarded_For would forge what X-Forwarded-For
  // says. Such a spelling of a name that backends trust us with: the forwarding fields, and those that say
  // how to read the body.
  kUnderscoreTwin,
  kAuthorization,
  kConnection,
  kContentLength,
  kContentType,
  kCookie,
  kDate,
  kExpect,
  kHost,
  kKeepAlive,
  kMaxForwards,
  kProxyAuthorization,
  kProxyConnection,
  kTe,
  kTraceParent,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kVia,
  kXForwardedFor,
  kXForwardedHost,
  kXForwardedProto,
  kXQueueStart,
  kXRequestStart,
};
inline constexpr std::size_t kFieldNameCount = 25;

// In any case (RFC 9110 section 5.1). `name` is a token; what is none may be taken for anything.
FieldName field_name(std::string_view name) noexcept;

// A set of them.
class FieldNames {
 public:
  constexpr FieldNames() noexcept = default;
  template <class... Names>
  explicit constexpr FieldNames(Names... names) noexcept : bits_((bit(names) | ...)) {}

  constexpr void add(FieldName name) noexcept { bits_ |= bit(name); }
  constexpr bool contains(FieldName name) const noexcept { return (bits_ & bit(name)) != 0; }
  constexpr bool overlaps(FieldNames other) const noexcept { return (bits_ & other.bits_) != 0; }

 private:
  static constexpr std::uint32_t bit(FieldName name) noexcept {
    static_assert(kFieldNameCount <= 32);
    return std::uint32_t{1} << static_cast<unsigned>(name);
  }

  std::uint32_t bits_ = 0;
};

}  // namespace wayside::http
