// One direction of an exchange's bodies: takes a body's data out of its framing and puts it into its new one.
//
// A body that comes chunked, or until its sender closes, goes on as chunks that are cut anew: no byte of the
// framing that one side chose reaches the other.
#pragma once

#include "wayside/http/body_cursor.hpp"
#include "wayside/http/limits.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/net/pipe.hpp"
#include "wayside/net/stream.hpp"

#include "proxy/outbox.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace wayside::proxy {

class BodyRelay {
 public:
  // A body that is over before it starts.
  BodyRelay() noexcept = default;
  // `limits` outlives the relay.
  BodyRelay(http::Framing incoming, bool outgoing_is_chunked,
            const http::Limits& limits = http::kDefaultLimits) noexcept
      : cursor_(incoming, limits), outgoing_is_chunked_(outgoing_is_chunked) {}

  // Trailers go on, those that may (http/trailers.hpp), in memory of this pool, which outlives the relay.
  // Without this they are dropped, which is always allowed. Only where the outgoing body is chunked.
  void forward_trailers(net::BufferPool& buffers) noexcept { trailer_pool_ = &buffers; }

  // Takes what belongs to the body out of `in`, which lies in a net::Buffer, and hands it to `out`, which
  // refers to it, and to this object, until it is empty. Returns how many bytes of `in` were taken.
  Checked<std::size_t, http::Violation> relay(std::span<char> in, Outbox& out);

  // To hold a body before any of it goes on: takes what belongs to it out of `in`, as relay() does, and
  // leaves its data in front of `in`. Once, relay_kept() hands on all `data` that was kept, which lies in a
  // net::Buffer, and the end of the body if that was reached.
  struct Kept {
    std::size_t data = 0;
    std::size_t consumed = 0;
  };
  Checked<Kept, http::Violation> keep(std::span<char> in);
  void relay_kept(std::span<char> data, Outbox& out);

  // Whether so many bytes of it are the whole body. Not known of a body without a length.
  bool is_complete_with(std::size_t received) const noexcept {
    return cursor_.done() || (cursor_.length_left() != 0 && received >= cursor_.length_left());
  }

  // Whether so much is left, of a body that passes unchanged, that a pipe is cheaper than memory; and if so,
  // a pipe is there for it.
  bool take_pipe(net::PipePool& pipes);
  // With a pipe: takes what belongs to the body straight from the stream and hands the pipe to `out`, which
  // is empty before and refers to this object from then on. The error is the stream's.
  Result<std::size_t> relay(net::Stream& in, Outbox& out);
  // Until the next take_pipe(), with an outbox that is empty.
  void give_back_pipe() noexcept {
    if (pipe_.is_open()) pipe_ = {};
  }

  // The sender closed. True if the body ends that way; its end then goes to `out`.
  bool relay_end_of_stream(Outbox& out);

  // Whether the whole body was taken; `out` may still hold the last of it.
  bool done() const noexcept { return cursor_.done(); }

  // Data of the body so far, without framing.
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::uint64_t kWorthAPipe = 128 * 1024;

  void keep_trailers(std::span<const char> lines);
  // What comes behind the data: the end of a chunk and, if the body is over, of the body.
  std::string_view ending(bool after_data);

  http::BodyCursor cursor_;
  bool outgoing_is_chunked_ = false;
  net::BufferPool* trailer_pool_ = nullptr;
  net::Buffer trailers_;
  net::Pipe pipe_;
  bool was_refused_a_pipe_ = false;  // it is tried once: whatever is short may be so for long
  std::uint64_t bytes_ = 0;
};

}  // namespace wayside::proxy
