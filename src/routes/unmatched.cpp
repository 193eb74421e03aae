#include "wayside/routes/unmatched.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/target_path.hpp"
#include "wayside/routes/route_table.hpp"

#include "routes/identifier.hpp"
#include "routes/path.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <limits>

namespace wayside::routes {
namespace {

enum class Spelling : std::uint8_t {
  kLabel,
  kRoute,  // an entry of `routes`
};

class TemplateWriter {
 public:
  TemplateWriter(std::span<char> room, Spelling spelling) noexcept : room_(room), spelling_(spelling) {}

  // False where there is too little room, here and below.
  bool append(std::string_view text) noexcept {
    if (text.size() > room_.size() - size_) return false;
    std::ranges::copy(text, room_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += text.size();
    return true;
  }

  // Text of a path. False also where a route cannot have it.
  bool append_segment(std::string_view text) noexcept {
    if (spelling_ == Spelling::kLabel) return append(text);
    constexpr std::string_view kEscaped = ":*(";
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_encoded = percent_decoded_byte(text, i) >= 0;
      if (!is_encoded && !is_segment_char(text[i])) return false;
      if (kEscaped.find(text[i]) != std::string_view::npos && !append("\\")) return false;
      if (!append(text.substr(i, is_encoded ? kPercentTriple : 1))) return false;
      if (is_encoded) i += kPercentTriple - 1;
    }
    return true;
  }

  // {id}; in a route, where names are different, {id2} and so on behind it.
  bool append_parameter() noexcept {
    ++parameters_;
    if (spelling_ == Spelling::kLabel || parameters_ == 1) return append("{id}");
    std::array<char, std::numeric_limits<unsigned>::digits10 + 1> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), parameters_).ptr;
    return append("{id") && append({digits.data(), end}) && append("}");
  }

  std::string_view text() const noexcept { return {room_.data(), size_}; }

 private:
  std::span<char> room_;
  const Spelling spelling_;
  std::size_t size_ = 0;
  unsigned parameters_ = 0;
};

// Not before two hexadecimal digits; in the normal form, it may stand before two that were encoded.
bool has_lone_percent(std::string_view path) noexcept {
  for (std::size_t at = path.find('%'); at != path.npos; at = path.find('%', at + 1)) {
    if (percent_decoded_byte(path, at) < 0) return true;
  }
  return false;
}

std::string_view make_template(std::string_view target, std::span<char> room, Spelling spelling) noexcept {
  const std::string_view raw = path_of(target);
  if (raw.empty() || (spelling == Spelling::kRoute && has_lone_percent(raw))) return {};
  std::array<char, kMaxPath> normal;  // left uninitialized: normalize() writes it
  std::string_view rest = normalize(raw, false, normal);
  if (rest.empty()) return {};
  rest.remove_prefix(1);
  TemplateWriter out(room, spelling);
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, slash);
    const std::string_view extension = file_extension(segment);
    const bool is_file =
        !extension.empty() && looks_like_identifier(segment.substr(0, segment.size() - extension.size()));
    const bool is_guessed = is_file || looks_like_identifier(segment);
    if (!out.append("/")) return {};
    if (!(is_guessed ? out.append_parameter() : out.append_segment(segment))) return {};
    if (is_file && !out.append(extension)) return {};
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  if (out.text().empty() && !out.append("/")) return {};
  return out.text();
}

}  // namespace

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
  return make_template(target, out, Spelling::kLabel);
}

std::string_view suggest_template(std::string_view target, std::span<char> out) noexcept {
  return make_template(target, out, Spelling::kRoute);
}

std::string entry_for(std::string_view suggestion) {
  // A plain scalar with a colon at its end would be the key of a mapping.
  if (!suggestion.ends_with(':')) return fmt::format("- {}", suggestion);
  std::string entry = "- '";
  for (const char c : suggestion)
    entry.append(c == '\'' ? 2 : 1, c);
  return entry += '\'';
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
