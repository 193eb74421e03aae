// Short texts read as numbers, eight bytes at a time, to hash and compare segments.
//
// A call of memcmp for each segment would cost as much as the rest of a probe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wayside::routes {

template <class Word>
std::uint64_t load(const char* data) noexcept {
  Word word;
  std::memcpy(&word, data, sizeof(word));
  return word;
}

// 1 to 8 bytes, without a call or a loop: overlapping bytes are read twice. Two texts of the same size are
// equal if their numbers are.
inline std::uint64_t load_up_to_8(const char* data, std::size_t size) noexcept {
  if (size >= 4) return load<std::uint32_t>(data) << 32U | load<std::uint32_t>(data + size - 4);
  const auto byte = [data](std::size_t index) { return load<std::uint8_t>(data + index); };
  return byte(0) << 16U | byte(size / 2) << 8U | byte(size - 1);
}

// `size` is at least 1.
inline bool are_equal(const char* a, const char* b, std::size_t size) noexcept {
  for (; size > 8; size -= 8, a += 8, b += 8) {
    if (load<std::uint64_t>(a) != load<std::uint64_t>(b)) return false;
  }
  return load_up_to_8(a, size) == load_up_to_8(b, size);
}

}  // namespace wayside::routes
