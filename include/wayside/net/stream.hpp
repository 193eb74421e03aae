// A connected stream socket with readiness instead of asynchronous reads and writes.
//
// The owner arms a watch, is woken, and then reads or writes synchronously without blocking. Thus an idle
// connection holds no buffer, a watch can stay armed while the owner does something else (for a client's
// abort while the backend works, for the end of a pooled connection), and several watches end in one wakeup.
// The socket belongs to a readiness set (readiness_set.hpp).
//
// A stream may speak TLS (tls/session.hpp): then reads and writes are those of its records, and all else is
// the same.
//
// A Stream may be destroyed at any time, even with watches armed. A watch is a flag: it does not allocate,
// and only the first one for writability costs a system call. Used by the thread of the set alone.
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

namespace wayside::tls {
class Session;
}

namespace wayside::net {

class Pipe;
class ReadinessSet;

class Stream {
 public:
  // Takes ownership of a connected, non-blocking socket. The set outlives the stream. Throws std::bad_alloc,
  // and boost::system::system_error if the kernel has no memory for it.
  Stream(ReadinessSet& set, Descriptor socket);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  // Speaks TLS from now on, over this stream's socket, and so for its life. Before anything is written, or
  // read that `tls` has not got; shake_hands() comes next.
  void secure(std::unique_ptr<tls::Session> tls) noexcept;
  // Goes on with the handshake. Success: it is complete. With asio::error::would_block, the stream watches
  // for what it needs, and the next call goes on.
  error_code shake_hands();
  // Goes back to plain bytes, for a peer that did not speak TLS.
  void drop_tls() noexcept;
  // nullptr: plain bytes.
  const tls::Session* tls() const noexcept;

  // Sets the waiter that the watches wake, nullptr for none. The waiter outlives the stream or is replaced.
  void set_waiter(Waiter* waiter) noexcept;

  // Whether a read may find something: an event reported it, watched for or not, and no later read has
  // emptied the socket. A stream that has ended or failed stays readable. An armed watch stays armed until
  // its event. A watch on a readable stream has no effect: nothing is reported behind unread bytes, not even
  // the end.
  bool readable() const noexcept;
  bool writable() const noexcept;
  void watch_readable();
  void watch_writable();
  // Yields to other streams: a readable stream becomes unreadable, is watched, and is readable again in the
  // next turn of the set.
  void yield_readable() noexcept;

  // Reads the available bytes: at least 1 on success, unless `into` is empty. Fails with
  // asio::error::would_block if there are none yet, with asio::error::eof at the end of the stream, and
  // otherwise with the stream's failure, even one that a write met first.
  Result<std::size_t> read_some(std::span<char> into);

  // Writes as much of the pieces, at most kMaxPieces, as the kernel takes in one system call. Fails with
  // asio::error::would_block if it takes nothing.
  static constexpr std::size_t kMaxPieces = 8;
  Result<std::size_t> write_some(std::span<const boost::asio::const_buffer> pieces);

  // Whether the kernel can move the bytes of the stream by a pipe: not under TLS.
  bool takes_pipes() const noexcept { return tls() == nullptr; }

  // The same with a pipe in place of memory, where takes_pipes(). The pipe is empty before a read. The kernel
  // decides how much a pipe takes, so a short read does not mean that the socket is empty. The process
  // ignores SIGPIPE.
  Result<std::size_t> read_some(Pipe& into, std::uint64_t limit);
  Result<std::size_t> write_some(Pipe& from);

  // Whether the kernel, last asked after `since` and after the last read, had nothing to read. False if that
  // is not certain: then peek() tells. Costs no system call.
  bool is_known_quiet(TimePoint since) const noexcept;

  // Tells what a read would find, without consuming it.
  enum class Peeked { kNothing, kBytes, kEnd, kFailed };
  Peeked peek();

  // Acknowledges received bytes at once. TCP would delay that by some tens of milliseconds, and a peer with
  // Nagle's algorithm holds back the rest of its message until then (RFC 1122 section 4.2.3.4). Has no effect
  // on a unix socket, or with nothing to acknowledge.
  void acknowledge() noexcept;

  // Ends the sending direction, ignoring errors. TLS says so first, as soon as the socket takes it.
  void shutdown_send() noexcept;

  // Closes with a reset, so that the peer cannot take a truncated message for a complete one (RFC 9112
  // section 8).
  void abort() noexcept;

  // Closes without a reset. Wakes no waiter. TLS says so first, if the socket takes it.
  void close() noexcept;
  bool is_open() const noexcept;

  // For socket options.
  int descriptor() const noexcept;

 private:
  Result<std::size_t> copy_some(Pipe& into, std::size_t limit);
  Result<std::size_t> read_from_unix(std::span<char> into, bool& stopped_early);

  class State;
  std::unique_ptr<State> state_;  // apart, as its address is registered with the set
};

}  // namespace wayside::net
