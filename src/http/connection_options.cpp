#include "http/connection_options.hpp"

#include "wayside/http/token_list.hpp"

#include "http/field_kinds.hpp"

#include <algorithm>

namespace wayside::http {

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
    } else if (++options.named_count > limits::kConnectionOptions) {
      violation = Violation::kTooManyConnectionOptions;
    } else if (!is_end_to_end(option)) {
      // Nominating an end-to-end field could remove what a proxy in front has added, or change what the
      // message means.
      options.nominated.push_back(option);
    }
    return !violation;
  });
  return violation;
}

}  // namespace wayside::http
