// Walks over a body as it arrives and separates its data from its framing.
//
// Bytes in, views out: the cursor does no I/O and keeps only counters. The bytes may come in any pieces.
// Chunked bodies are held to the full grammar of RFC 9112 section 7.1. Extensions are dropped, as a recipient
// must ignore unknown ones. Trailers are returned separately, as they are not fields of the head (section
// 7.1.2).
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/http/framing.hpp"
#include "wayside/http/limits.hpp"
#include "wayside/http/violation.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace wayside::http {

class BodyCursor {
 public:
  // An empty body, done from the start.
  BodyCursor() noexcept = default;
  // `limits` outlives the cursor.
  explicit BodyCursor(Framing framing, const Limits& limits = kDefaultLimits) noexcept;

  struct Step {
    std::span<char> data;      // body bytes, contiguous, inside the given span
    std::span<char> trailers;  // checked lines of the trailer section, with their line ends, inside it too
    std::size_t consumed = 0;  // of the span; the rest belongs to the next message
  };

  // Consumes `in`, up to the end of the body. Data of several chunks is moved together within the consumed
  // part of `in`, so that each chunk but the first is copied once.
  Checked<Step, Violation> advance(std::span<char> in) noexcept;

  // The rest of a body of known length; 0 for any other.
  std::uint64_t length_left() const noexcept { return state_ == State::kLength ? remaining_ : 0; }
  // Consumes `count` bytes of such a body that advance() does not see.
  void skip(std::uint64_t count) noexcept {
    remaining_ -= count;
    if (remaining_ == 0) state_ = State::kDone;
  }

  // Whether the body is complete.
  bool done() const noexcept { return state_ == State::kDone; }

  // Called when the sender has closed. True if that completes the body, or the body is complete.
  bool finish_at_end_of_stream() noexcept;

 private:
  enum class State : std::uint8_t {
    kDone,
    kLength,
    kUntilClose,
    kChunkSizeFirst,  // the first digit is due
    kChunkSize,
    kChunkSizeSpace,
    kChunkExtension,
    kChunkSizeLf,
    kChunkData,
    kChunkDataCr,
    kChunkDataLf,
    kTrailerStart,  // a trailer line or the end
    kTrailerName,
    kTrailerValue,
    kTrailerLf,
    kFinalLf,
  };

  Checked<Step, Violation> advance_chunked(std::span<char> in) noexcept;
  bool is_trailer_byte(char byte) const noexcept;
  // Consumes a byte of framing, or returns the violation if the grammar does not allow it here.
  std::optional<Violation> take_framing_byte(char byte) noexcept;

  State state_ = State::kDone;
  std::uint16_t framing_bytes_ = 0;  // of the chunk-size line or the trailer section, for its limit
  std::uint64_t remaining_ = 0;      // of the length, or of the chunk
  const Limits* limits_ = &kDefaultLimits;
};

}  // namespace wayside::http
