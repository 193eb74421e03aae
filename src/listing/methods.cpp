#include "listing/methods.hpp"

#include <algorithm>
#include <array>

namespace wayside::listing {

MethodSet simplified(MethodSet methods) noexcept {
  constexpr std::array kUsual = {Method::get,     Method::head,    Method::post, Method::put,
                                 Method::delete_, Method::options, Method::patch};
  const bool is_every_method =
      std::ranges::all_of(kUsual, [&](Method method) { return methods.contains(method); });
  return is_every_method ? MethodSet{} : methods;
}

std::optional<MethodSet> read_methods(std::string_view text) {
  constexpr std::string_view kSeparators = ",| ";
  MethodSet methods;
  bool is_every_method = false;
  bool is_empty = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kSeparators), text.size());
    const std::string_view token = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (token.empty()) continue;
    is_empty = false;
    const auto belongs_to_method = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
    if (token == "ANY" || token == "ALL" || token == "*") {
      is_every_method = true;
    } else if (std::ranges::all_of(token, belongs_to_method)) {
      const Method method = method_from_token(token);
      if (method != Method::unknown) methods.insert(method);
    } else {
      return std::nullopt;
    }
  }
  if (is_empty) return std::nullopt;
  return is_every_method ? MethodSet{} : simplified(methods);
}

}  // namespace wayside::listing
