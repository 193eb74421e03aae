// Limits on the parts of a message. Sizes are in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wayside::http {

// The defaults, and the limits that are not configurable.
namespace limits {
inline constexpr std::size_t kRequestLine = 8 * 1024;
inline constexpr std::size_t kHead = 32 * 1024;
inline constexpr std::size_t kFields = 100;
inline constexpr std::size_t kTrailers = 8 * 1024;
inline constexpr std::size_t kChunkSizeLine = 256;
inline constexpr std::size_t kConnectionOptions = 16;

// The largest settings: a head, both received and rewritten, must fit into one block of memory.
inline constexpr std::size_t kMaxHead = 60 * 1024;
inline constexpr std::size_t kMaxFields = 1000;
inline constexpr std::size_t kMaxTrailers = 60 * 1024;
inline constexpr std::size_t kMaxChunkSizeLine = 16 * 1024;
}  // namespace limits

struct Limits {
  std::size_t request_line = limits::kRequestLine;  // its CRLF included
  std::size_t head = limits::kHead;                 // from the request line to the empty line
  std::size_t fields = limits::kFields;
  std::optional<std::uint64_t> body;  // of a request; none: unlimited
  std::size_t trailers = limits::kTrailers;
  std::size_t chunk_size_line = limits::kChunkSizeLine;  // extensions included
  friend bool operator==(const Limits&, const Limits&) = default;
};

inline constexpr Limits kDefaultLimits{};

}  // namespace wayside::http
