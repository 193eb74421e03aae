// Relays one body: takes its data out of the framing that it came in, and puts it into the framing that it
// goes on in.
//
// A body that comes in chunks, or until its sender closes, goes on in new chunks: no byte of the framing that
// one peer chose reaches the other.
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
  // A body that is complete and empty.
  BodyRelay() noexcept = default;
  // `limits` outlives the relay.
  BodyRelay(http::Framing incoming, bool outgoing_is_chunked,
            const http::Limits& limits = http::kDefaultLimits) noexcept
      : cursor_(incoming, limits), outgoing_is_chunked_(outgoing_is_chunked) {}

  // Forwards the trailers that may be forwarded (http/trailers.hpp), where the outgoing body is chunked. They
  // are kept in memory of this pool, which outlives the relay. Without this call trailers are dropped, which
  // is always allowed.
  void forward_trailers(net::BufferPool& buffers) noexcept { trailer_pool_ = &buffers; }

  // Takes the bytes of the body out of `in`, which lies in a net::Buffer, and adds them to `out`, which
  // refers to `in` and to this object until it is empty. Returns how many bytes of `in` were taken.
  Checked<std::size_t, http::Violation> relay(std::span<char> in, Outbox& out);

  // For a body that is held before any of it goes on. keep() takes the bytes of the body out of `in`, as
  // relay() does, and leaves the data in front of `in`. Then relay_kept(), called once, adds all the kept
  // `data`, which lies in a net::Buffer, to `out`, and the end of the body if it was reached.
  struct Kept {
    std::size_t data = 0;
    std::size_t consumed = 0;
  };
  Checked<Kept, http::Violation> keep(std::span<char> in);
  void relay_kept(std::span<char> data, Outbox& out);

  // Whether that many received bytes are the whole body; false where the length is not known.
  bool is_complete_with(std::size_t received) const noexcept {
    return cursor_.done() || (cursor_.length_left() != 0 && received >= cursor_.length_left());
  }

  // Takes a pipe from the pool where one is cheaper than memory: much is left of a body that passes
  // unchanged. Returns whether the relay has a pipe.
  bool take_pipe(net::PipePool& pipes);
  // With a pipe: moves bytes of the body from the stream into it, and adds it to `out`, which is empty before
  // and refers to this object from then on. Errors are those of the stream.
  Result<std::size_t> relay(net::Stream& in, Outbox& out);
  // The outbox is empty; the next take_pipe() takes another pipe.
  void give_back_pipe() noexcept {
    if (pipe_.is_open()) pipe_ = {};
  }

  // The sender closed. True if the body ends that way; its end is added to `out`.
  bool relay_end_of_stream(Outbox& out);

  // Whether the whole body was taken; `out` may still hold its last bytes.
  bool done() const noexcept { return cursor_.done(); }

  // Data of the body so far, without framing.
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::uint64_t kWorthAPipe = 128 * 1024;

  void keep_trailers(std::span<const char> lines);
  // The bytes behind the data: the end of a chunk and, where the body is complete, the end of the body.
  std::string_view ending(bool after_data);

  http::BodyCursor cursor_;
  bool outgoing_is_chunked_ = false;
  net::BufferPool* trailer_pool_ = nullptr;
  net::Buffer trailers_;
  net::Pipe pipe_;
  bool was_refused_a_pipe_ = false;  // a body asks once: a shortage of descriptors may last
  std::uint64_t bytes_ = 0;
};

}  // namespace wayside::proxy
