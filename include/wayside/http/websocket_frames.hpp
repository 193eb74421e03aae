// The ends of the frames in one direction of a WebSocket (RFC 6455 section 5.2): where a frame of wayside's
// own may go in between.
//
// Sans-I/O, and keeps no byte of the stream. A stream is followed from its first byte on, since nothing in
// its middle tells where a frame begins.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wayside::http {

class WebSocketFrames {
 public:
  // Frames of clients are masked, those of servers are not (RFC 6455 section 5.1).
  enum class Sender : std::uint8_t { kClient, kServer };

  explicit WebSocketFrames(Sender sender) noexcept : sender_(sender) {}

  // Takes the next bytes of the stream.
  void advance(std::span<const char> bytes) noexcept;
  // Takes the rest of the frame under way, or all of `bytes` where it does not end in them. Returns their
  // number: 0 between two frames.
  std::size_t finish_frame(std::span<const char> bytes) noexcept;

  // Whether the next byte begins a frame. Never again once a frame broke a rule: what followed it may have
  // been anything.
  bool is_between_frames() const noexcept { return is_sound_ && payload_left_ == 0 && header_size_ == 0; }
  // Whether a Close frame has begun: its sender sends nothing behind it (RFC 6455 section 5.5.1).
  bool has_closed() const noexcept { return has_closed_; }

 private:
  std::size_t take_whole_frames(std::span<const char> bytes) noexcept;
  void take_header_byte(char byte) noexcept;
  void begin_payload() noexcept;
  bool is_allowed(std::uint8_t first, std::uint8_t second) const noexcept;
  std::size_t header_size() const noexcept;

  static constexpr std::size_t kMaxHeader = 14;

  std::uint64_t payload_left_ = 0;
  std::array<std::uint8_t, kMaxHeader> header_{};
  std::uint8_t header_size_ = 0;  // of the header under way, as far as it has come
  Sender sender_;
  bool is_sound_ = true;
  bool has_closed_ = false;
};

// A Close frame with the status 1001, "going away" (RFC 6455 section 7.4.1), as `sender` would send it. The
// mask is for a client's.
using CloseFrame = std::array<char, 8>;
std::span<const char> write_going_away(WebSocketFrames::Sender sender, std::uint32_t mask,
                                       CloseFrame& into) noexcept;

}  // namespace wayside::http
