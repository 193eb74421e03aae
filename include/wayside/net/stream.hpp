// A connected stream socket with readiness instead of asynchronous reads and writes.
//
// The owner asks for readiness (watch_…), is woken, and then reads or writes synchronously without blocking.
// Thus an idle connection holds no buffer, a wait can stay armed while the owner does something else (a
// client is watched for its abort while the backend works; a pooled backend connection for its end), and
// several waits end in one wakeup.
//
// A Stream may be destroyed at any time, watches armed or not. No watch allocates: both handlers live inside.
// One thread only: that of the io_context.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/types.hpp"
#include "wayside/net/wakeup.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace wayside::net {

class Stream {
 public:
  // Takes a connected socket over and makes it non-blocking, with TCP_NODELAY where it is TCP: a head and the
  // first body bytes leave in one call already, so Nagle's algorithm could only delay.
  explicit Stream(StreamSocket socket);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  // Who is woken by the watches from now on; nullptr: nobody. The waiter outlives the stream or is replaced.
  void set_waiter(Waiter* waiter) noexcept;

  // Whether a read may find something: an event said so and no read has since come back short. An armed watch
  // stays armed until its event. A readable stream is not watched: who leaves its bytes unread learns of
  // nothing that happens behind them, the end included.
  bool readable() const noexcept;
  bool writable() const noexcept;
  void watch_readable();
  void watch_writable();
  // Lets others have their turn: a readable stream becomes unreadable, and readable again with the next
  // event.
  void yield_readable();

  // Reads what is there. At least 1 byte on success; asio::error::eof at the end of the stream,
  // asio::error::would_block when there is nothing yet.
  Result<std::size_t> read_some(std::span<char> into);

  // Writes what the kernel takes, all pieces in one system call. asio::error::would_block when it takes
  // nothing.
  Result<std::size_t> write_some(std::span<const boost::asio::const_buffer> pieces);

  // What a readable stream holds, without taking it.
  enum class Peeked { kNothing, kBytes, kEnd, kFailed };
  Peeked peek();

  // Ends the sending direction; errors do not matter.
  void shutdown_send() noexcept;

  // Closes with a reset, so that the peer cannot take what it got for a whole message (RFC 9112 section 8).
  void abort() noexcept;

  // Closes in the ordinary way. Nobody is woken by it.
  void close() noexcept;
  bool is_open() const noexcept;

 private:
  struct State;
  State* state_;
};

}  // namespace wayside::net
