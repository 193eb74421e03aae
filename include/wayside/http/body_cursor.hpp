// Walks over a body as it arrives and separates its data from its framing.
//
// Sans-I/O: bytes in, views out, nothing kept but a few counters, whatever the pieces the bytes come in.
// Chunked bodies are checked to the letter of RFC 9112 section 7.1. Extensions are dropped: a recipient must
// ignore those that it does not know. Trailers are handed out apart: their fields are not those of the head
// (section 7.1.2).
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
  // A body that is over before it starts.
  BodyCursor() noexcept = default;
  // `limits` outlives the cursor.
  explicit BodyCursor(Framing framing, const Limits& limits = kDefaultLimits) noexcept;

  struct Step {
    std::span<char> data;      // body bytes, contiguous, inside the span that was given
    std::span<char> trailers;  // lines of the trailer section, checked, with their line ends, likewise
    std::size_t consumed = 0;  // of that span; what is left behind belongs to the next message
  };

  // Takes as much of `in` as belongs to the body. Consumes all of it unless the body ends inside. Data of
  // several chunks is moved together within the consumed part of `in`, so that each chunk but the first is
  // copied once.
  Checked<Step, Violation> advance(std::span<char> in) noexcept;

  // How much is left of a body whose length is known; 0 of any other.
  std::uint64_t length_left() const noexcept { return state_ == State::kLength ? remaining_ : 0; }
  // Takes that much of it, unseen.
  void skip(std::uint64_t count) noexcept {
    remaining_ -= count;
    if (remaining_ == 0) state_ = State::kDone;
  }

  // Whether the body is complete.
  bool done() const noexcept { return state_ == State::kDone; }

  // The sender closed. True if that is how this body ends; then it is done.
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
  // One byte of framing, or why it may not stand here.
  std::optional<Violation> take_framing_byte(char byte) noexcept;

  State state_ = State::kDone;
  std::uint16_t framing_bytes_ = 0;  // of the chunk-size line or the trailer section, against their limits
  std::uint64_t remaining_ = 0;      // of the length, or of the chunk
  const Limits* limits_ = &kDefaultLimits;
};

}  // namespace wayside::http
