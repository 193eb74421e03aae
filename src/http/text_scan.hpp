// Looks for the end of plain text, eight bytes at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace wayside::http {

// The first byte in [at, end) that is below `kLowest`, or DEL; `end` if there is none. Bytes from 0x80 on are
// opaque and pass (obs-text of RFC 9110 section 5.5).
template <unsigned char kLowest>
const char* find_below(const char* at, const char* end) noexcept {
  static_assert(kLowest <= 0x80);
  constexpr std::uint64_t kEach = 0x0101'0101'0101'0101;
  constexpr std::uint64_t kHighBits = kEach * 0x80;
  constexpr std::uint64_t kDel = 0x7f;
  // Marks the high bit of a byte that is one of them, and sometimes of bytes behind it: the first mark
  // counts. "Hacker's Delight", 2nd edition, section 6-1.
  for (std::uint64_t word = 0; end - at >= 8; at += 8) {
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t below = (word - kEach * kLowest) & ~word;
    const std::uint64_t del = ((word ^ kEach * kDel) - kEach) & ~(word ^ kEach * kDel);
    const std::uint64_t found = (below | del) & kHighBits;
    if (found == 0) continue;
    if constexpr (std::endian::native != std::endian::little) break;
    return at + std::countr_zero(found) / 8;
  }
  while (at != end && static_cast<unsigned char>(*at) >= kLowest && *at != static_cast<char>(kDel))
    ++at;
  return at;
}

}  // namespace wayside::http
