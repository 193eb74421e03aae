#include "wayside/http/body_cursor.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>
#include <cstring>

namespace wayside::http {
namespace {

// The characters of a chunk extension or a trailer line: HTAB, SP, VCHAR and obs-text (RFC 9110 section 5.5).
bool is_line_char(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

BodyCursor::BodyCursor(Framing framing, const Limits& limits) noexcept : limits_(&limits) {
  switch (framing.kind) {
    case Framing::Kind::kNone:
      break;
    case Framing::Kind::kLength:
      remaining_ = framing.length;
      state_ = remaining_ == 0 ? State::kDone : State::kLength;
      break;
    case Framing::Kind::kChunked:
      state_ = State::kChunkSizeFirst;
      break;
    case Framing::Kind::kUntilClose:
      state_ = State::kUntilClose;
      break;
  }
}

Checked<BodyCursor::Step, Violation> BodyCursor::advance(std::span<char> in) noexcept {
  switch (state_) {
    case State::kDone:
      return Step{in.first(0), {}, 0};
    case State::kUntilClose:
      return Step{in, {}, in.size()};
    case State::kLength: {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, in.size()));
      remaining_ -= size;
      if (remaining_ == 0) state_ = State::kDone;
      return Step{in.first(size), {}, size};
    }
    default:
      return advance_chunked(in);
  }
}

Checked<BodyCursor::Step, Violation> BodyCursor::advance_chunked(std::span<char> in) noexcept {
  std::size_t position = 0;
  std::size_t data_begin = 0;
  std::size_t data_size = 0;
  std::size_t trailers_begin = 0;
  std::size_t trailers_size = 0;
  while (position < in.size() && state_ != State::kDone) {
    if (state_ != State::kChunkData) {
      if (is_trailer_byte(in[position])) {
        if (trailers_size++ == 0) trailers_begin = position;
        if (++framing_bytes_ > limits_->trailers) return Violation::kTrailersTooLarge;
      }
      if (const auto violation = take_framing_byte(in[position])) return *violation;
      ++position;
      continue;
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, in.size() - position));
    if (data_size == 0) {
      data_begin = position;
    } else {
      std::memmove(in.data() + data_begin + data_size, in.data() + position, size);
    }
    data_size += size;
    position += size;
    remaining_ -= size;
    if (remaining_ == 0) state_ = State::kChunkDataCr;
  }
  return Step{in.subspan(data_begin, data_size), in.subspan(trailers_begin, trailers_size), position};
}

bool BodyCursor::is_trailer_byte(char byte) const noexcept {
  switch (state_) {
    case State::kTrailerStart:
      return byte != '\r';  // which begins the empty line behind the section
    case State::kTrailerName:
    case State::kTrailerValue:
    case State::kTrailerLf:
      return true;
    default:
      return false;
  }
}

std::optional<Violation> BodyCursor::take_framing_byte(char byte) noexcept {
  const auto expect = [&](bool fits, State next) -> std::optional<Violation> {
    if (!fits) return Violation::kBadChunk;
    state_ = next;
    return std::nullopt;
  };
  const auto within_size_line = [&]() -> std::optional<Violation> {
    return expect(is_line_char(byte) && ++framing_bytes_ <= limits_->chunk_size_line, state_);
  };
  switch (state_) {
    case State::kChunkSizeFirst:
      remaining_ = framing_bytes_ = 0;
      state_ = State::kChunkSize;
      [[fallthrough]];
    case State::kChunkSize: {
      const int digit = hex_value(byte);
      if (digit >= 0) {
        // 16 digits fit. Leading zeros count, as no honest sender pads further.
        if (framing_bytes_ == 16) return Violation::kBadChunk;
        ++framing_bytes_;
        remaining_ = remaining_ << 4U | static_cast<unsigned>(digit);
        return std::nullopt;
      }
      if (framing_bytes_ == 0) return Violation::kBadChunk;
      if (byte == '\r') return expect(true, State::kChunkSizeLf);
      // White space is allowed before an extension only (RFC 9112 section 7.1.1).
      if (byte == ' ' || byte == '\t') return expect(true, State::kChunkSizeSpace);
      return expect(byte == ';', State::kChunkExtension);
    }
    case State::kChunkSizeSpace:
      if (byte == ';') return expect(true, State::kChunkExtension);
      if (byte != ' ' && byte != '\t') return Violation::kBadChunk;
      return within_size_line();
    case State::kChunkExtension:
      if (byte == '\r') return expect(true, State::kChunkSizeLf);
      return within_size_line();
    case State::kChunkSizeLf:
      framing_bytes_ = 0;
      return expect(byte == '\n', remaining_ == 0 ? State::kTrailerStart : State::kChunkData);
    case State::kChunkDataCr:
      return expect(byte == '\r', State::kChunkDataLf);
    case State::kChunkDataLf:
      return expect(byte == '\n', State::kChunkSizeFirst);
    case State::kTrailerStart:
      if (byte == '\r') return expect(true, State::kFinalLf);
      if (!is_token_char(byte)) return Violation::kBadChunk;
      return expect(true, State::kTrailerName);
    case State::kTrailerName:
      // Must be a field line, even if it is dropped (RFC 9112 section 7.1.2): bytes that look like the next
      // message are not taken for a trailer.
      if (byte == ':') return expect(true, State::kTrailerValue);
      return expect(is_token_char(byte), State::kTrailerName);
    case State::kTrailerValue:
      if (byte == '\r') return expect(true, State::kTrailerLf);
      return expect(is_line_char(byte), State::kTrailerValue);
    case State::kTrailerLf:
      return expect(byte == '\n', State::kTrailerStart);
    case State::kFinalLf:
      return expect(byte == '\n', State::kDone);
    case State::kDone:
    case State::kLength:
    case State::kUntilClose:
    case State::kChunkData:
      break;  // these take their bytes in bulk
  }
  return Violation::kBadChunk;
}

bool BodyCursor::finish_at_end_of_stream() noexcept {
  if (state_ == State::kUntilClose) state_ = State::kDone;
  return state_ == State::kDone;
}

}  // namespace wayside::http
