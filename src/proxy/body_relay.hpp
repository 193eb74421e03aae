// One direction of an exchange's bodies: takes a body's data out of its framing and puts it into its new one.
//
// A body that comes chunked, or until its sender closes, goes on as chunks that are cut anew: no byte of the
// framing that one side chose reaches the other.
#pragma once

#include "wayside/http/body_cursor.hpp"

#include "proxy/outbox.hpp"

#include <cstdint>
#include <span>

namespace wayside::proxy {

class BodyRelay {
 public:
  // A body that is over before it starts.
  BodyRelay() noexcept = default;
  BodyRelay(http::Framing incoming, bool outgoing_is_chunked) noexcept
      : cursor_(incoming), outgoing_is_chunked_(outgoing_is_chunked) {}

  // Takes what belongs to the body out of `in`, which lies in a net::Buffer, and hands it to `out`, which
  // refers to it until it is empty. Returns how many bytes of `in` were taken.
  Checked<std::size_t, http::Violation> relay(std::span<char> in, Outbox& out) noexcept;

  // The sender closed. True if the body ends that way; its end then goes to `out`.
  bool relay_end_of_stream(Outbox& out) noexcept;

  // Whether the whole body was taken; `out` may still hold the last of it.
  bool done() const noexcept { return cursor_.done(); }

  // Data of the body so far, without framing.
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  http::BodyCursor cursor_;
  bool outgoing_is_chunked_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace wayside::proxy
