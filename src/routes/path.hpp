// From a request target to the segments that routes are matched on.
//
// The target itself is forwarded byte for byte; what is made here is only looked at. A segment that is normal
// already, as nearly all are, is looked at where it stands. Of any other a normal copy is made, and of the
// whole path only where dots or empty segments change which segments there are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wayside::routes {

// The normal copies of a path's segments, or of a path as a whole, have this much room. Where they do not
// fit, the path is no route's. As long as the longest request line, if that is not configured to be longer.
inline constexpr std::size_t kMaxPath = 8192;

// Writes the path into `out` as RFC 3986 section 6.2.2 has it: percent-encoded bytes that need not be are
// decoded (%41 is A), the other ones keep their encoding in upper case, "." and ".." are resolved. Empty
// segments are left out, except that a slash at the end stays. Letters become lower case where `folds_case`.
// `path` begins with "/". Returns what was written, in `out`; empty where it does not fit. It is never longer
// than `path`.
std::string_view normalize(std::string_view path, bool folds_case, std::span<char> out) noexcept;

// A piece of a path between two slashes, and a number that is the same for the same text.
struct PathSegment {
  const char* data;  // not initialised, as there are many and most are never used
  std::uint32_t size;
  std::uint32_t hash;

  std::string_view text() const noexcept { return {data, size}; }
};

std::uint32_t hash_of_segment(std::string_view text) noexcept;

// The segments of one path, ready to be matched.
class PathSegments {
 public:
  // The most segments that are told apart: of a deeper path, all that follow count as one that no static text
  // equals.
  static constexpr std::size_t kCapacity = 65;

  // Splits the path of `target`; not valid where it has none, or where what is not normal about it has no
  // room in a copy. No more than `depth` + 1 segments are told apart (depth < kCapacity): the trie has no use
  // for them. `target` outlives the object, as the segments show parts of it.
  PathSegments(std::string_view target, std::size_t depth, bool folds_case) noexcept;
  PathSegments(const PathSegments&) = delete;
  PathSegments& operator=(const PathSegments&) = delete;

  bool is_valid() const noexcept { return is_valid_; }
  std::size_t size() const noexcept { return count_; }
  const PathSegment& operator[](std::size_t index) const noexcept { return segments_[index]; }
  // Whether the path ends with a slash that follows a segment: "/users/", but not "/".
  bool ends_with_slash() const noexcept { return ends_with_slash_; }

 private:
  enum class Letters : std::uint8_t {
    kKeep,
    kFold,    // to lower case
    kNormal,  // the path is known to be normal, encodings included
  };

  // False where the path has to be normalised as a whole first; the segments mean nothing then.
  bool split(std::string_view target, std::size_t depth, Letters letters) noexcept;

  std::array<PathSegment, kCapacity> segments_;  // the first count_ are set
  std::size_t count_ = 0;
  bool is_valid_ = false;
  bool ends_with_slash_ = false;
  std::array<char, kMaxPath> copy_;  // not set where everything was normal
};

}  // namespace wayside::routes
