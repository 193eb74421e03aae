#include "wayside/http/field_twins.hpp"

#include "wayside/http/text.hpp"

#include <algorithm>
#include <array>

namespace wayside::http {

bool is_underscore_twin(std::string_view name) noexcept {
  if (name.find('_') == name.npos) return false;
  constexpr std::array<std::string_view, 6> kOurs = {"x-forwarded-for",   "x-forwarded-proto",
                                                     "x-forwarded-host",  "content-length",
                                                     "transfer-encoding", "content-type"};
  return std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view ours) {
    return std::equal(name.begin(), name.end(), ours.begin(), ours.end(),
                      [](char a, char b) { return to_lower(a) == b || (a == '_' && b == '-'); });
  });
}

}  // namespace wayside::http
