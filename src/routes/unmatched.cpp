#include "wayside/routes/unmatched.hpp"

#include "wayside/base/target_path.hpp"
#include "wayside/routes/route_table.hpp"

#include "routes/identifier.hpp"
#include "routes/path.hpp"

#include <algorithm>
#include <array>

namespace wayside::routes {

std::string_view to_string(UnmatchedPolicy policy) noexcept {
  switch (policy) {
    case UnmatchedPolicy::kFold:
      return "fold";
    case UnmatchedPolicy::kPath:
      return "path";
    case UnmatchedPolicy::kGuess:
      break;
  }
  return "guess";
}

std::string_view guess_template(std::string_view target, std::span<char> out) noexcept {
  constexpr std::string_view kParameter = "{id}";
  const std::string_view raw = path_of(target);
  if (raw.empty()) return {};
  std::array<char, kMaxPath> normal;  // left uninitialized: normalize() writes it
  std::string_view rest = normalize(raw, false, normal);
  if (rest.empty()) return {};
  rest.remove_prefix(1);
  std::size_t size = 0;
  const auto append = [&](std::string_view text) {
    if (text.size() > out.size() - size) return false;
    std::ranges::copy(text, out.begin() + static_cast<std::ptrdiff_t>(size));
    size += text.size();
    return true;
  };
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, slash);
    const std::string_view extension = file_extension(segment);
    const bool is_file =
        !extension.empty() && looks_like_identifier(segment.substr(0, segment.size() - extension.size()));
    const bool is_guessed = is_file || looks_like_identifier(segment);
    if (!append("/") || !append(is_guessed ? kParameter : segment)) return {};
    if (is_file && !append(extension)) return {};
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  if (size == 0 && !append("/")) return {};
  return {out.data(), size};
}

std::string_view unmatched_label(UnmatchedPolicy policy, std::string_view target,
                                 std::span<char> buffer) noexcept {
  std::string_view label;
  if (policy == UnmatchedPolicy::kPath) label = path_of(target);
  if (policy == UnmatchedPolicy::kGuess) label = guess_template(target, buffer);
  return label.empty() ? kUnmatchedLabel : label;
}

bool shows_existence(unsigned status) noexcept {
  constexpr unsigned kFirstError = 400;
  return status != 0 && status < kFirstError;
}

}  // namespace wayside::routes
