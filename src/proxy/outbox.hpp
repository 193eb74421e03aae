// What is to be written to one stream next: a few pieces of memory, and a pipe, that somebody else owns.
//
// The owner keeps the bytes alive and unchanged until the outbox is empty, and the pipe where it is as long
// as there is the outbox. All pieces leave in one system call where the kernel takes them.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/pipe.hpp"
#include "wayside/net/stream.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wayside::proxy {

class Outbox {
 public:
  bool empty() const noexcept { return first_ == last_ && (pipe_ == nullptr || pipe_->empty()); }

  // At most kPieces at a time; empty pieces do not count, and one that lies behind the last in memory makes
  // it longer.
  void add(std::string_view piece) noexcept;
  void add(std::span<const char> piece) noexcept { add(std::string_view(piece.data(), piece.size())); }

  // The content of a pipe, behind the pieces.
  void add(net::Pipe& pipe) noexcept { pipe_ = &pipe; }

  // The pieces that are to be written, in order, until the next change.
  std::span<const boost::asio::const_buffer> pieces() const noexcept {
    return std::span(pieces_).subspan(first_, last_ - first_);
  }

  // Writes what the stream takes. An error is the stream's own; a stream that takes nothing for now is none:
  // the outbox is then not empty.
  error_code flush(net::Stream& stream);

  // Forgets what was not written.
  void clear() noexcept {
    first_ = last_ = 0;
    pipe_ = nullptr;
  }

  // Bytes that streams took since the outbox was made.
  std::uint64_t written() const noexcept { return written_; }

 private:
  Result<std::size_t> write_some(net::Stream& stream);

  static constexpr std::size_t kPieces =
      4;  // an informational head, a head, a body piece, the end of a chunk
  std::array<boost::asio::const_buffer, kPieces> pieces_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
  net::Pipe* pipe_ = nullptr;
  std::uint64_t written_ = 0;
};

}  // namespace wayside::proxy
