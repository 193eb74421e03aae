// The bytes that are written to one stream next: a few pieces of memory, then the content of a pipe. The
// outbox owns neither.
//
// The owner keeps the bytes alive and unchanged until the outbox is empty, and the pipe in place for the life
// of the outbox. All pieces leave in one system call where the kernel takes them.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/pipe.hpp"
#include "wayside/net/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wayside::proxy {

class Outbox {
 public:
  bool empty() const noexcept { return has_no_pieces() && (pipe_ == nullptr || pipe_->empty()); }

  // At most kPieces at a time. An empty piece is ignored, and a piece that follows the last one in memory is
  // joined to it.
  void add(std::string_view piece) noexcept;
  void add(std::span<const char> piece) noexcept { add(std::string_view(piece.data(), piece.size())); }

  // The content of a pipe, behind the pieces.
  void add(net::Pipe& pipe) noexcept { pipe_ = &pipe; }

  // The pieces in their order; the span is valid until the next change.
  std::span<const boost::asio::const_buffer> pieces() const noexcept {
    return {pieces_.data() + first_, pieces_.size() - first_};
  }

  // Writes as much as the stream takes. A stream that takes nothing for now is no error: the outbox is not
  // empty then. Errors are those of the stream.
  error_code flush(net::Stream& stream);

  // Drops the bytes that were not written.
  void clear() noexcept {
    clear_pieces();
    pipe_ = nullptr;
  }

  // Bytes that were written since the outbox was made.
  std::uint64_t written() const noexcept { return written_; }

 private:
  Result<std::size_t> write_some(net::Stream& stream);
  bool has_no_pieces() const noexcept { return first_ == pieces_.size(); }
  void clear_pieces() noexcept {
    pieces_.clear();
    first_ = 0;
  }

  static constexpr std::size_t kPieces =
      4;  // an informational head, a head, a body piece, the end of a chunk
  boost::container::static_vector<boost::asio::const_buffer, kPieces> pieces_;
  std::size_t first_ = 0;  // in pieces_: those before it are written
  net::Pipe* pipe_ = nullptr;
  std::uint64_t written_ = 0;
};

}  // namespace wayside::proxy
