#include "wayside/http/websocket_frames.hpp"

#include <algorithm>

namespace wayside::http {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kOpcode = 0x0F;
constexpr unsigned kControl = 0x08;  // a bit of the opcodes of control frames
constexpr unsigned kClose = 0x08;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7F;
constexpr unsigned kMaxShort = 125;  // 126: two bytes with the length follow, 127: eight
constexpr unsigned kMaskSize = 4;

// Continuation, text, binary, close, ping and pong (RFC 6455 section 11.8). No extension in use has others.
constexpr unsigned kKnownOpcodes = 0b0000'0111'0000'0111;
constexpr unsigned kDataOpcodes = 0b0000'0000'0000'0111;

constexpr std::size_t length_size(unsigned length) noexcept {
  return length <= kMaxShort ? 0 : length == 126 ? 2 : 8;
}

}  // namespace

void WebSocketFrames::advance(std::span<const char> bytes) noexcept {
  while (!bytes.empty() && is_sound_) {
    // Most reads begin in the middle of a frame, and whole ones follow.
    bytes = bytes.subspan(finish_frame(bytes));
    bytes = bytes.subspan(take_whole_frames(bytes));
    if (bytes.empty() || !is_sound_) return;
    take_header_byte(bytes.front());
    bytes = bytes.subspan(1);
  }
}

std::size_t WebSocketFrames::finish_frame(std::span<const char> bytes) noexcept {
  std::size_t taken = 0;
  while (taken != bytes.size() && is_sound_ && !is_between_frames()) {
    if (header_size_ != 0) {
      take_header_byte(bytes[taken++]);
      continue;
    }
    const std::uint64_t some = std::min<std::uint64_t>(payload_left_, bytes.size() - taken);
    payload_left_ -= some;
    taken += some;
  }
  return is_sound_ ? taken : bytes.size();
}

// Many a stream has many small frames in one read. Control frames and those above 64 KiB are left for the
// header parser.
std::size_t WebSocketFrames::take_whole_frames(std::span<const char> bytes) noexcept {
  if (!is_between_frames()) return 0;
  const unsigned mask_bit = sender_ == Sender::kClient ? kMasked : 0;
  const std::size_t around = 2 + (sender_ == Sender::kClient ? kMaskSize : 0);
  const auto two_bytes = [bytes](std::size_t at) {
    return unsigned{static_cast<std::uint8_t>(bytes[at])} << 8U | static_cast<std::uint8_t>(bytes[at + 1]);
  };
  std::size_t at = 0;
  while (bytes.size() - at >= around + 2) {
    const unsigned header = two_bytes(at);
    // Too large where the mask bit is wrong.
    const unsigned length = (header & (kMasked | kLength)) - mask_bit;
    if (length > 126 || (kDataOpcodes >> (header >> 8U & kOpcode) & 1U) == 0) break;
    const std::size_t size = around + (length <= kMaxShort ? length : 2 + two_bytes(at + 2));
    if (size > bytes.size() - at) break;
    at += size;
    if (length > kMaxShort) continue;
    // Often the next frames have the same header. Reading four at once saves the processor from waiting for
    // the length of each before it can read the next.
    const auto differs = [&](std::size_t nth) { return two_bytes(at + nth * size) ^ header; };
    while (bytes.size() - at >= 4 * size && (differs(0) | differs(1) | differs(2) | differs(3)) == 0)
      at += 4 * size;
  }
  return at;
}

void WebSocketFrames::take_header_byte(char byte) noexcept {
  header_[header_size_++] = static_cast<std::uint8_t>(byte);
  if (header_size_ < 2) return;
  if (header_size_ == 2 && !is_allowed(header_[0], header_[1])) {
    is_sound_ = false;
  } else if (header_size_ == header_size()) {
    begin_payload();
  }
}

void WebSocketFrames::begin_payload() noexcept {
  const unsigned length = header_[1] & kLength;
  payload_left_ = length;
  if (length > kMaxShort) {
    payload_left_ = 0;
    for (std::size_t i = 0; i != length_size(length); ++i)
      payload_left_ = payload_left_ << 8U | header_[2 + i];
  }
  // RFC 6455 section 5.2: the most significant bit of the length is 0.
  if (payload_left_ >> 63U != 0) is_sound_ = false;
  if ((header_[0] & kOpcode) == kClose) has_closed_ = true;
  header_size_ = 0;
}

bool WebSocketFrames::is_allowed(std::uint8_t first, std::uint8_t second) const noexcept {
  const unsigned opcode = first & kOpcode;
  const bool is_masked = (second & kMasked) != 0;
  if ((kKnownOpcodes >> opcode & 1U) == 0 || is_masked != (sender_ == Sender::kClient)) return false;
  // RFC 6455 section 5.5: a control frame is short and not fragmented.
  return (opcode & kControl) == 0 || ((first & kFinal) != 0 && (second & kLength) <= kMaxShort);
}

std::size_t WebSocketFrames::header_size() const noexcept {
  return 2 + length_size(header_[1] & kLength) + (sender_ == Sender::kClient ? kMaskSize : 0);
}

std::span<const char> write_going_away(WebSocketFrames::Sender sender, std::uint32_t mask,
                                       CloseFrame& into) noexcept {
  constexpr std::array<std::uint8_t, 2> kGoingAway = {1001 >> 8, 1001 & 0xFF};
  constexpr unsigned kSize = kGoingAway.size();
  const bool is_masked = sender == WebSocketFrames::Sender::kClient;
  char* out = into.data();
  const auto add = [&out](unsigned byte) { *out++ = static_cast<char>(byte); };
  add(kFinal | kClose);
  add((is_masked ? kMasked : 0U) | kSize);
  const std::array<std::uint8_t, kMaskSize> key = {
      static_cast<std::uint8_t>(mask >> 24U), static_cast<std::uint8_t>(mask >> 16U),
      static_cast<std::uint8_t>(mask >> 8U), static_cast<std::uint8_t>(mask)};
  if (is_masked) std::ranges::for_each(key, add);
  for (std::size_t i = 0; i != kGoingAway.size(); ++i)
    add(is_masked ? kGoingAway[i] ^ key[i] : kGoingAway[i]);
  return {into.data(), static_cast<std::size_t>(out - into.data())};
}

}  // namespace wayside::http
