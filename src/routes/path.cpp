#include "routes/path.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/target_path.hpp"
#include "wayside/base/text.hpp"

#include "routes/unaligned_load.hpp"

#include <algorithm>
#include <utility>

namespace wayside::routes {
namespace {

char upper_hex(char c) noexcept {
  return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Writes the normal form of one segment and returns its end.
char* write_segment(std::string_view segment, bool folds_case, char* out) noexcept {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    char c = segment[i];
    if (const int byte = percent_decoded_byte(segment, i); byte >= 0) {
      const auto decoded = static_cast<char>(byte);
      i += kPercentTriple - 1;
      if (!is_unreserved(decoded)) {
        *out++ = '%';
        *out++ = upper_hex(segment[i - 1]);
        *out++ = upper_hex(segment[i]);
        continue;
      }
      c = decoded;
    }
    *out++ = folds_case ? to_lower(c) : c;
  }
  return out;
}

std::uint64_t mix(std::uint64_t value) noexcept {
  value *= 0x9E37'79B9'7F4A'7C15U;  // odd, with well mixed bits
  return value ^ (value >> 32U);
}

// The characters that end a segment or need a closer look.
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

std::string_view normalize(std::string_view path, bool folds_case, std::span<char> out) noexcept {
  if (path.size() > out.size()) return {};
  // What is written so far is normal, begins with a slash, and ends with one only where it is that slash.
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

std::string_view PathSegments::rest_from(std::size_t index, bool keeps_slash) const noexcept {
  std::string_view rest = path_;
  for (; index > 0; --index)
    rest.remove_prefix(rest.find('/') + 1);
  if (!keeps_slash && ends_with_slash_) rest.remove_suffix(1);
  return rest;
}

bool PathSegments::split(std::string_view target, std::size_t depth, Letters letters) noexcept {
  segments_.clear();
  ends_with_slash_ = false;
  const char* const first = target.data() + 1;
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
      ends_with_slash_ = !segments_.empty();
      path_ = {first, at};
      return true;
    }
    if (needs_copy) {
      if (segment.size() > static_cast<std::size_t>(copy_.data() + copy_.size() - copied)) return false;
      char* const copy = std::exchange(copied, write_segment(segment, letters == Letters::kFold, copied));
      segment = {copy, copied};
      needs_copy = letters == Letters::kFold;
    }
    if (segment.front() == '.' && (segment == "." || segment == "..")) return false;
    if (segments_.size() <= depth) {
      segments_.push_back(
          {segment.data(), static_cast<std::uint32_t>(segment.size()), hash_of_segment(segment)});
    }
    if (is_over) {
      path_ = {first, at};
      return true;
    }
    start = ++at;
  }
}

}  // namespace wayside::routes
