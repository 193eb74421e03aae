#include "wayside/base/method.hpp"

#include <array>

namespace wayside {
namespace {

constexpr std::array<std::string_view, kMethodCount> kNames = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "OTHER",
};

}  // namespace

Method method_from_token(std::string_view token) noexcept {
  // "OTHER" on the wire is an unknown method too, so it may not be found by its name.
  for (std::size_t i = 0; i + 1 < kNames.size(); ++i) {
    if (kNames[i] == token) return static_cast<Method>(i);
  }
  return Method::kOther;
}

std::string_view to_string(Method method) noexcept {
  return kNames[static_cast<std::size_t>(method)];
}

bool is_idempotent(Method method) noexcept {
  switch (method) {
    case Method::kGet:
    case Method::kHead:
    case Method::kPut:
    case Method::kDelete:
    case Method::kOptions:
    case Method::kTrace:
      return true;
    case Method::kPost:
    case Method::kConnect:
    case Method::kPatch:
    case Method::kOther:
      return false;
  }
  return false;
}

}  // namespace wayside
