// Request methods as a finite set.
//
// A client may send any token as the method; metrics and routes need a closed set, so that a client cannot
// invent label values. The set holds Beast's values for the methods of RFC 9110 section 9.3 and for PATCH
// (RFC 5789). Any other method is Method::unknown, even where Beast has a value for it, and its label is
// OTHER. The token is forwarded byte for byte.
#pragma once

#include <boost/beast/http/verb.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>  // verb.hpp uses it without including it
#include <string_view>

namespace wayside {

using Method = boost::beast::http::verb;

// The set, in the order in which it is printed.
inline constexpr std::array kMethods = {
    Method::get,     Method::head,    Method::post,  Method::put,   Method::delete_,
    Method::connect, Method::options, Method::trace, Method::patch, Method::unknown,
};
inline constexpr std::size_t kMethodCount = kMethods.size();

// The index of the method in kMethods; that of Method::unknown for any other method.
constexpr std::size_t method_index(Method method) noexcept {
  switch (method) {
    case Method::get:
      return 0;
    case Method::head:
      return 1;
    case Method::post:
      return 2;
    case Method::put:
      return 3;
    case Method::delete_:
      return 4;
    case Method::connect:
      return 5;
    case Method::options:
      return 6;
    case Method::trace:
      return 7;
    case Method::patch:
      return 8;
    default:
      return kMethodCount - 1;
  }
}

// The method if kMethods holds it, else Method::unknown.
constexpr Method known_method(Method method) noexcept {
  return kMethods[method_index(method)];
}

// Methods are case-sensitive (RFC 9110 section 9.1): "get" is unknown.
Method method_from_token(std::string_view token) noexcept;

// "GET" … "PATCH", and "OTHER". The text has static storage duration.
std::string_view method_label(Method method) noexcept;

// RFC 9110 section 9.2.2. Method::unknown is not known to be idempotent, so it is not.
bool is_idempotent(Method method) noexcept;

// The methods of a route. The empty set means any method.
class MethodSet {
 public:
  constexpr MethodSet() noexcept = default;

  constexpr void insert(Method method) noexcept { bits_ |= bit(method); }
  constexpr void insert(MethodSet others) noexcept { bits_ |= others.bits_; }
  constexpr bool contains(Method method) const noexcept { return (bits_ & bit(method)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  constexpr bool intersects(MethodSet other) const noexcept { return (bits_ & other.bits_) != 0; }
  friend constexpr bool operator==(MethodSet, MethodSet) noexcept = default;

 private:
  static constexpr std::uint16_t bit(Method method) noexcept {
    return static_cast<std::uint16_t>(1U << method_index(method));
  }
  std::uint16_t bits_ = 0;
};

}  // namespace wayside
