// A connected stream socket with readiness instead of asynchronous reads and writes.
//
// The owner asks for readiness (watch_…), is woken, and then reads or writes synchronously without blocking.
// Thus an idle connection holds no buffer, a wait can stay armed while the owner does something else (a
// client is watched for its abort while the backend works; a pooled backend connection for its end), and
// several waits end in one wakeup. The socket is part of a readiness set (readiness_set.hpp).
//
// A Stream may be destroyed at any time, watches armed or not. A watch is a flag: it neither allocates nor,
// but for the first one on writability, costs a system call. One thread only: that of the set.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/wakeup.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace wayside::net {

class Pipe;
class ReadinessSet;

class Stream {
 public:
  // Takes a connected and non-blocking socket over. The set outlives the stream. Throws std::bad_alloc, and
  // boost::system::system_error where it is the kernel that has no room for it.
  Stream(ReadinessSet& set, Descriptor socket);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  // Who is woken by the watches from now on; nullptr: nobody. The waiter outlives the stream or is replaced.
  void set_waiter(Waiter* waiter) noexcept;

  // Whether a read may find something: an event said so, watched for or not, and no read has since found that
  // there is nothing more. A stream that has ended or failed stays readable. An armed watch stays armed until
  // its event. A readable stream is not watched: who leaves its bytes unread learns of nothing that happens
  // behind them, the end included.
  bool readable() const noexcept;
  bool writable() const noexcept;
  void watch_readable();
  void watch_writable();
  // Lets others have their turn: a readable stream becomes unreadable, is watched, and is readable again in
  // the next turn of the set.
  void yield_readable();

  // Reads what is there. At least 1 byte on success, if there is room for one; asio::error::would_block when
  // there is nothing yet; asio::error::eof at the end of the stream, or why it failed, even if it was a write
  // that found that out.
  Result<std::size_t> read_some(std::span<char> into);

  // Writes what the kernel takes, all pieces, kMaxPieces at most, in one system call.
  // asio::error::would_block when it takes nothing.
  static constexpr std::size_t kMaxPieces = 8;
  Result<std::size_t> write_some(std::span<const boost::asio::const_buffer> pieces);

  // The same with a pipe in place of memory, which is empty before a read. What a pipe takes at once is up to
  // the kernel, so that a short read says nothing. The process ignores SIGPIPE.
  Result<std::size_t> read_some(Pipe& into, std::uint64_t limit);
  Result<std::size_t> write_some(Pipe& from);

  // Whether nothing was there to read when the kernel was last asked, which was after `since`, and after the
  // last read. Costs no system call. False where that is not certain: then peek() tells.
  bool is_known_quiet(TimePoint since) const noexcept;

  // What a readable stream holds, without taking it.
  enum class Peeked { kNothing, kBytes, kEnd, kFailed };
  Peeked peek();

  // Has what was received acknowledged now rather than, as TCP likes to, some tens of milliseconds later: a
  // peer with Nagle's algorithm keeps the rest of what it has to say until then (RFC 1122 section 4.2.3.4).
  // Where there is nothing to acknowledge, and on a unix socket, nothing happens.
  void acknowledge() noexcept;

  // Ends the sending direction; errors do not matter.
  void shutdown_send() noexcept;

  // Closes with a reset, so that the peer cannot take what it got for a whole message (RFC 9112 section 8).
  void abort() noexcept;

  // Closes in the ordinary way. Nobody is woken by it.
  void close() noexcept;
  bool is_open() const noexcept;

  // For the socket's options.
  int descriptor() const noexcept;

 private:
  Result<std::size_t> copy_some(Pipe& into, std::size_t limit);
  Result<std::size_t> read_from_unix(std::span<char> into, bool& stopped_early);

  class State;
  std::unique_ptr<State> state_;  // where the set finds it, wherever the stream is moved
};

}  // namespace wayside::net
