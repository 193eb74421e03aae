#include "http/connection_options.hpp"

#include "wayside/http/text.hpp"

#include <algorithm>
#include <array>

namespace wayside::http {
namespace {

// Names that a Connection field may not take away: without them the message would mean something else, or
// would seem to come from somebody else.
bool is_protected(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 8> kProtected = {
      "host",
      "content-length",
      "transfer-encoding",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
      "via",
      "date",
  };
  return std::ranges::any_of(kProtected,
                             [&](std::string_view kept) { return equals_ignoring_case(name, kept); });
}

}  // namespace

std::optional<Violation> read_connection_options(std::string_view value,
                                                 ConnectionOptions& options) noexcept {
  std::optional<Violation> violation;
  for_each_token(value, [&](std::string_view option) {
    if (equals_ignoring_case(option, "close")) {
      options.close = true;
    } else if (equals_ignoring_case(option, "keep-alive")) {
      options.keep_alive = true;
    } else if (equals_ignoring_case(option, "upgrade")) {
      options.upgrade = true;
    } else if (!std::ranges::all_of(option, is_token_char)) {
      violation = Violation::kMalformedHead;
    } else if (!is_protected(option)) {
      if (options.nominated_count == options.nominated.size()) {
        violation = Violation::kTooManyConnectionOptions;
      } else {
        options.nominated[options.nominated_count++] = option;
      }
    }
    return !violation;
  });
  return violation;
}

}  // namespace wayside::http
