// From a request target to the segments that routes are matched on.
//
// The target itself is forwarded byte for byte; this form of it serves matching alone. Nearly all segments
// are normal already and are matched in place. Of any other segment a normal copy is made, and of the whole
// path only where dots or empty segments change the segments themselves.
#pragma once

#include <boost/container/static_vector.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wayside::routes {

// The room for normal copies of a path's segments or of the whole path, in bytes. A path whose copies do not
// fit has no route. By default, no request line is longer.
inline constexpr std::size_t kMaxPath = 8192;

// Writes the normal form of `path`, which begins with "/", into `out` (RFC 3986 section 6.2.2): unreserved
// characters are decoded (%41 is A), other encodings are in upper case, "." and ".." are resolved, and empty
// segments are left out; a slash at the end stays. Letters become lower case where `folds_case`. Returns the
// text, in `out`; empty where there is too little room. It is never longer than `path`.
std::string_view normalize(std::string_view path, bool folds_case, std::span<char> out) noexcept;

// The text of a path between two slashes, and its hash_of_segment(). Not initialized: see PathSegments.
struct PathSegment {
  const char* data;
  std::uint32_t size;
  std::uint32_t hash;

  std::string_view text() const noexcept { return {data, size}; }
};

std::uint32_t hash_of_segment(std::string_view text) noexcept;

// The segments of one path.
class PathSegments {
 public:
  // The most segments that are kept of a path; see the constructor.
  static constexpr std::size_t kCapacity = 65;

  // Splits the path of `target`. Not valid where the target has no path, or where its normal copies take more
  // than kMaxPath. Segments behind the first `depth` + 1 are dropped (depth < kCapacity): no template has so
  // many, so a catch-all alone can match them. `target` outlives the object: segments show parts of it.
  PathSegments(std::string_view target, std::size_t depth, bool folds_case) noexcept;
  PathSegments(const PathSegments&) = delete;
  PathSegments& operator=(const PathSegments&) = delete;

  bool is_valid() const noexcept { return is_valid_; }
  std::size_t size() const noexcept { return segments_.size(); }
  const PathSegment& operator[](std::size_t index) const noexcept { return segments_[index]; }
  // Whether the path ends with a slash that follows a segment: "/users/", but not "/".
  bool ends_with_slash() const noexcept { return ends_with_slash_; }

  // The text of the path from the segment with this index on, which exists. A slash at its end is left out
  // unless `keeps_slash`. The segments are as they stand in the target: neither decoded nor folded. Linear in
  // the length of the path.
  std::string_view rest_from(std::size_t index, bool keeps_slash) const noexcept;

 private:
  enum class Letters : std::uint8_t {
    kKeep,
    kFold,    // to lower case
    kNormal,  // as they are: the path is normal, encodings included
  };

  // False where the path has to be normalized as a whole first; the segments are meaningless then.
  bool split(std::string_view target, std::size_t depth, Letters letters) noexcept;

  // split() keeps within the capacity, so the check of it is left out.
  using Unchecked = boost::container::static_vector_options<boost::container::throw_on_overflow<false>>::type;
  boost::container::static_vector<PathSegment, kCapacity, Unchecked> segments_;
  bool is_valid_ = false;
  bool ends_with_slash_ = false;
  std::string_view path_;            // what was split, without its first slash; no segment of it is empty
  std::array<char, kMaxPath> copy_;  // left uninitialized: normal segments need no copy
};

}  // namespace wayside::routes
