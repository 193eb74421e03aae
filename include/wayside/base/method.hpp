// Request methods as a finite set.
//
// A method reaches wayside as any token a client likes; metrics and routes need a closed set, so that a
// client cannot make label values up. Methods outside RFC 9110 section 9.3 and RFC 5789 (PATCH) are kOther.
// The token itself is forwarded byte for byte: this type never replaces it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wayside {

enum class Method : std::uint8_t {
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kConnect,
  kOptions,
  kTrace,
  kPatch,
  kOther,
};

inline constexpr std::size_t kMethodCount = 10;

// Methods are case-sensitive (RFC 9110 section 9.1): "get" is kOther.
Method method_from_token(std::string_view token) noexcept;

// "GET" … "PATCH", and "OTHER". The text has static storage duration.
std::string_view to_string(Method method) noexcept;

// RFC 9110 section 9.2.2. kOther is not known to be idempotent, so it is not.
bool is_idempotent(Method method) noexcept;

// A set of methods, as routes use it. The empty set means "any method" to a route.
class MethodSet {
 public:
  constexpr MethodSet() noexcept = default;

  constexpr void insert(Method method) noexcept { bits_ |= bit(method); }
  constexpr bool contains(Method method) const noexcept { return (bits_ & bit(method)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  constexpr bool intersects(MethodSet other) const noexcept { return (bits_ & other.bits_) != 0; }
  friend constexpr bool operator==(MethodSet, MethodSet) noexcept = default;

 private:
  static constexpr std::uint16_t bit(Method method) noexcept {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(method));
  }
  std::uint16_t bits_ = 0;
};

}  // namespace wayside
