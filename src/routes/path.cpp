#include "routes/path.hpp"

#include "routes/percent.hpp"
#include "routes/words.hpp"

#include <algorithm>
#include <utility>

namespace wayside::routes {
namespace {

// scheme of RFC 3986 section 3.1.
bool is_scheme(std::string_view text) noexcept {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_scheme_char = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_scheme_char);
}

// A target in absolute-form from its path on; empty where there is no path.
std::string_view skip_authority(std::string_view target) noexcept {
  constexpr std::string_view kSeparator = "://";
  const std::size_t separator = target.find(kSeparator);
  if (separator == std::string_view::npos || !is_scheme(target.substr(0, separator))) return {};
  target.remove_prefix(separator + kSeparator.size());
  target.remove_prefix(std::min(target.find_first_of("/?#"), target.size()));
  // An empty path of an http URI is "/" (RFC 9110 section 4.2.3).
  return target.starts_with('/') ? target : "/";
}

std::string_view from_path_on(std::string_view target) noexcept {
  return target.starts_with('/') ? target : skip_authority(target);
}

char folded(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

char upper_hex(char c) noexcept {
  return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Writes one segment, and returns its end.
char* write_segment(std::string_view segment, bool folds_case, char* out) noexcept {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    char c = segment[i];
    const bool has_digits = c == '%' && i + 2 < segment.size();
    const int octet = has_digits ? octet_of_hex(segment[i + 1], segment[i + 2]) : -1;
    if (octet >= 0) {
      const auto decoded = static_cast<char>(octet);
      i += 2;
      if (!is_unreserved(decoded)) {
        *out++ = '%';
        *out++ = upper_hex(segment[i - 1]);
        *out++ = upper_hex(segment[i]);
        continue;
      }
      c = decoded;
    }
    *out++ = folds_case ? folded(c) : c;
  }
  return out;
}

std::uint64_t mix(std::uint64_t value) noexcept {
  value *= 0x9E37'79B9'7F4A'7C15U;  // odd, with well mixed bits
  return value ^ (value >> 32U);
}

// The characters that mean something to a path; all others are passed over with one look each.
constexpr std::array<bool, 256> kIsSpecial = [] {
  std::array<bool, 256> is_special{};
  for (const char c : {'/', '%', '?', '#'})
    is_special[static_cast<unsigned char>(c)] = true;
  return is_special;
}();

const char* find_special(const char* at, const char* end) noexcept {
  while (at != end && !kIsSpecial[static_cast<unsigned char>(*at)])
    ++at;
  return at;
}

}  // namespace

std::string_view path_of(std::string_view target) noexcept {
  target = from_path_on(target);
  return target.substr(0, target.find_first_of("?#"));
}

std::string_view normalize(std::string_view path, bool folds_case, std::span<char> out) noexcept {
  if (path.size() > out.size()) return {};
  // Everything written so far is normal, begins with a slash, and does not end with one unless it is all.
  char* const begin = out.data();
  *begin = '/';
  char* end = begin + 1;
  bool ends_with_slash = false;
  std::string_view rest = path.substr(1);
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const bool is_last = slash == rest.size();
    char* const start = end == begin + 1 ? end : end + 1;
    char* const stop = write_segment(rest.substr(0, slash), folds_case, start);
    rest.remove_prefix(is_last ? slash : slash + 1);
    const std::string_view segment(start, static_cast<std::size_t>(stop - start));
    ends_with_slash = !is_last || segment == "." || segment == "..";
    if (segment == "..") {
      while (end > begin + 1 && end[-1] != '/')
        --end;
      if (end > begin + 1) --end;  // the slash before it
    } else if (!segment.empty() && segment != ".") {
      if (start != end) *end = '/';
      end = stop;
    }
  }
  if (ends_with_slash && end > begin + 1) *end++ = '/';
  return {begin, static_cast<std::size_t>(end - begin)};
}

std::uint32_t hash_of_segment(std::string_view text) noexcept {
  const char* data = text.data();
  std::size_t size = text.size();
  std::uint64_t hash = size;
  for (; size > 8; size -= 8, data += 8)
    hash = mix(hash ^ load<std::uint64_t>(data));
  if (size != 0) hash ^= load_up_to_8(data, size);
  return static_cast<std::uint32_t>(mix(mix(hash)));
}

PathSegments::PathSegments(std::string_view target, std::size_t depth, bool folds_case) noexcept {
  target = from_path_on(target);
  if (target.empty()) return;
  is_valid_ = split(target, depth, folds_case ? Letters::kFold : Letters::kKeep);
  if (is_valid_) return;
  const std::string_view path = normalize(target.substr(0, target.find_first_of("?#")), folds_case, copy_);
  is_valid_ = !path.empty() && split(path, depth, Letters::kNormal);
}

bool PathSegments::split(std::string_view target, std::size_t depth, Letters letters) noexcept {
  count_ = 0;
  ends_with_slash_ = false;
  char* copied = copy_.data();
  const char* start = target.data() + 1;
  const char* const end = target.data() + target.size();
  bool needs_copy = letters == Letters::kFold;
  for (const char* at = find_special(start, end);; at = find_special(at, end)) {
    if (at != end && *at == '%') {
      needs_copy = letters != Letters::kNormal;
      ++at;
      continue;
    }
    const bool is_over = at == end || *at != '/';
    std::string_view segment(start, at);
    if (segment.empty()) {
      if (!is_over) return false;  // two slashes
      ends_with_slash_ = count_ != 0;
      return true;
    }
    if (needs_copy) {
      if (segment.size() > static_cast<std::size_t>(copy_.data() + copy_.size() - copied)) return false;
      char* const copy = std::exchange(copied, write_segment(segment, letters == Letters::kFold, copied));
      segment = {copy, copied};
      needs_copy = letters == Letters::kFold;
    }
    if (segment.front() == '.' && (segment == "." || segment == "..")) return false;
    if (count_ <= depth) {
      segments_[count_++] = {segment.data(), static_cast<std::uint32_t>(segment.size()),
                             hash_of_segment(segment)};
    }
    if (is_over) return true;
    start = ++at;
  }
}

}  // namespace wayside::routes
