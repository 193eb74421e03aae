#include "wayside/base/method.hpp"

namespace wayside {
namespace {

constexpr std::array<std::string_view, kMethodCount> kLabels = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "OTHER",
};

constexpr bool indexes_are_consistent() {
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    if (method_index(kMethods[i]) != i) return false;
  }
  return true;
}
static_assert(indexes_are_consistent(), "method_index() is the index in kMethods");

}  // namespace

Method method_from_token(std::string_view token) noexcept {
  return known_method(boost::beast::http::string_to_verb(token));
}

std::string_view method_label(Method method) noexcept {
  return kLabels[method_index(method)];
}

bool is_idempotent(Method method) noexcept {
  switch (method) {
    case Method::get:
    case Method::head:
    case Method::put:
    case Method::delete_:
    case Method::options:
    case Method::trace:
      return true;
    default:
      return false;
  }
}

}  // namespace wayside
