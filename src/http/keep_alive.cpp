#include "wayside/http/keep_alive.hpp"

#include "wayside/base/text.hpp"
#include "wayside/http/token_list.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace wayside::http {
namespace {

using std::chrono::seconds;

// 1*DIGIT
std::optional<seconds> parse_seconds(std::string_view text) noexcept {
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::uint32_t count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  if (parsed.ec == std::errc::result_out_of_range) return kLongestKeepAlive;
  return std::min<seconds>(seconds(count), kLongestKeepAlive);
}

// The value of "timeout=5"; white space around "=" is accepted.
std::optional<seconds> parse_parameter(std::string_view parameter) noexcept {
  const std::size_t equals = parameter.find('=');
  if (equals == parameter.npos) return std::nullopt;
  if (!equals_ignoring_case(trim(parameter.substr(0, equals)), "timeout")) return std::nullopt;
  return parse_seconds(trim(parameter.substr(equals + 1)));
}

}  // namespace

std::optional<seconds> keep_alive_timeout(const Fields& fields) noexcept {
  std::optional<seconds> least;
  if (!fields.contains(field::keep_alive)) return least;
  for (const Field& each : fields) {
    if (each.id != field::keep_alive) continue;
    for_each_token(each.value, [&](std::string_view parameter) {
      const auto timeout = parse_parameter(parameter);
      if (timeout && (!least || *timeout < *least)) least = timeout;
      return true;
    });
  }
  return least;
}

}  // namespace wayside::http
