#include "wayside/net/stream.hpp"

#include "wayside/net/event_source.hpp"
#include "wayside/net/pipe.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/tls/session.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <new>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace wayside::net {
namespace {

constexpr std::uint32_t kReadEvents = EPOLLIN | EPOLLRDHUP | EPOLLPRI;

// Reported even if not registered. The next read or write returns the error.
constexpr std::uint32_t kFailure = EPOLLERR | EPOLLHUP;

// Repeats a call that a signal interrupted.
template <class Call>
Result<std::size_t> transfer(Call call) noexcept {
  for (;;) {
    if (const ssize_t count = call(); count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return last_error();
  }
}

// send(2) costs the kernel less than a sendmsg(2) with one piece.
ssize_t send_pieces(int socket, std::span<const boost::asio::const_buffer> pieces) noexcept {
  if (pieces.size() == 1) return ::send(socket, pieces[0].data(), pieces[0].size(), MSG_NOSIGNAL);
  std::array<iovec, Stream::kMaxPieces> parts;
  std::ranges::transform(pieces, parts.begin(), [](const boost::asio::const_buffer& piece) {
    return iovec{const_cast<void*>(piece.data()), piece.size()};
  });
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = pieces.size();
  return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

int domain_of(const Descriptor& socket) noexcept {
  int domain = AF_UNSPEC;
  socklen_t size = sizeof domain;
  ::getsockopt(socket.number(), SOL_SOCKET, SO_DOMAIN, &domain, &size);
  return domain;
}

}  // namespace

class Stream::State final : public EventSource {
 public:
  // Throws boost::system::system_error if the kernel has no memory for one more.
  State(ReadinessSet& set, Descriptor socket) : EventSource(set), is_unix(domain_of(socket) == AF_UNIX) {
    if (const error_code ec = open(std::move(socket), kReadEvents))
      throw boost::system::system_error(ec, "epoll_ctl");
  }

  const bool is_unix;
  bool readable = false;
  bool writable = true;
  bool watches_reads = false;
  bool watches_writes = false;
  bool reports_writability = false;  // EPOLLOUT, registered by the first watch as it is rarely needed
  // An event reported more than bytes: the end, a failure or urgent data, at which a read stops early.
  // Otherwise a short read has emptied the socket, and anything behind it is a new event.
  bool has_more_than_bytes = false;
  // The error of a failed write. The kernel reports it once, and an ordinary end afterwards.
  error_code failure;
  Waiter* waiter = nullptr;

  std::unique_ptr<tls::Session> tls;
  bool ends_sending = false;  // once TLS has said so

  void report_writability() {
    if (std::exchange(reports_writability, true)) return;
    // This cannot fail: changing a registered descriptor needs no memory.
    change(kReadEvents | EPOLLOUT);
  }

  // What a read of TLS that returned `status` means for this stream.
  error_code after_read(tls::Status status) {
    const error_code ec = error_of(status);
    if (ec != boost::asio::error::would_block) return ec;
    readable = false;
    read_needs_room = status == tls::Status::kNeedsWrite;
    if (read_needs_room) report_writability();
    if (tls->was_cut_short()) raise();
    return ec;
  }
  // The same of a write.
  error_code after_write(tls::Status status) {
    const error_code ec = error_of(status);
    if (ec != boost::asio::error::would_block) return ec;
    writable = false;
    write_needs_bytes = status == tls::Status::kNeedsRead;
    return ec;
  }

  // Ends the sending direction once TLS has told the peer.
  void end_sending() noexcept {
    ends_sending = tls != nullptr && !tls->close_notify();
    if (ends_sending) return report_writability();
    ::shutdown(descriptor(), SHUT_WR);
  }

 private:
  // TLS may have to write before it can read on (an update of keys), and the other way round.
  bool read_needs_room = false;
  bool write_needs_bytes = false;

  error_code error_of(tls::Status status) const noexcept {
    switch (status) {
      case tls::Status::kDone:
        return {};
      case tls::Status::kNeedsRead:
      case tls::Status::kNeedsWrite:
        return boost::asio::error::would_block;
      case tls::Status::kEnd:
        return failure ? failure : error_code(boost::asio::error::eof);
      case tls::Status::kFailed:
        break;
    }
    return failure ? failure : tls->failure();
  }

  void on_events(std::uint32_t events) override {
    if ((events & (EPOLLRDHUP | EPOLLPRI | kFailure)) != 0) has_more_than_bytes = true;
    const bool has_bytes = (events & (kReadEvents | kFailure)) != 0;
    const bool has_room = (events & (EPOLLOUT | kFailure)) != 0;
    if (has_bytes && tls != nullptr) tls->may_read(has_more_than_bytes);
    if (has_room && ends_sending) end_sending();
    bool wakes = false;
    if (has_bytes || (has_room && read_needs_room)) {
      readable = true;
      wakes = std::exchange(watches_reads, false);
    }
    if (has_room || (has_bytes && write_needs_bytes)) {
      writable = true;
      wakes |= std::exchange(watches_writes, false);
    }
    if (wakes && waiter != nullptr) waiter->wake();
    // `this` may be destroyed.
  }
};

Stream::Stream(ReadinessSet& set, Descriptor socket)
    : state_(std::make_unique<State>(set, std::move(socket))) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
Stream::~Stream() {
  if (state_ != nullptr) close();
}

void Stream::set_waiter(Waiter* waiter) noexcept {
  state_->waiter = waiter;
}

bool Stream::readable() const noexcept {
  return state_->readable;
}
bool Stream::writable() const noexcept {
  return state_->writable;
}

void Stream::watch_readable() {
  if (!state_->readable) state_->watches_reads = true;
}

void Stream::watch_writable() {
  if (state_->writable) return;
  state_->watches_writes = true;
  state_->report_writability();
}

void Stream::secure(std::unique_ptr<tls::Session> tls) noexcept {
  state_->tls = std::move(tls);
  state_->tls->may_read(state_->has_more_than_bytes);
}

error_code Stream::shake_hands() {
  const tls::Status status = state_->tls->shake_hands();
  if (status == tls::Status::kDone) {
    state_->readable = true;  // what came behind the handshake may have been read with it
    return {};
  }
  const error_code ec =
      status == tls::Status::kNeedsWrite ? state_->after_write(status) : state_->after_read(status);
  if (status == tls::Status::kNeedsRead) watch_readable();
  if (status == tls::Status::kNeedsWrite) watch_writable();
  return ec;
}

void Stream::drop_tls() noexcept {
  state_->tls.reset();
}

const tls::Session* Stream::tls() const noexcept {
  return state_->tls.get();
}

void Stream::yield_readable() noexcept {
  state_->readable = false;
  state_->watches_reads = true;
  state_->raise();
}

Result<std::size_t> Stream::read_some(std::span<char> into) {
  if (into.empty()) return 0;  // recv(2) would return 0, as at the end
  if (state_->tls != nullptr) {
    const tls::Transferred read = state_->tls->read(into);
    if (const error_code ec = state_->after_read(read.status)) return ec;
    return read.count;
  }
  bool stopped_early = state_->has_more_than_bytes;
  const auto count =
      state_->is_unix ? read_from_unix(into, stopped_early)
                      : transfer([&] { return ::recv(state_->descriptor(), into.data(), into.size(), 0); });
  if (count && *count == 0) return state_->failure ? state_->failure : error_code(boost::asio::error::eof);
  const bool is_empty =
      count ? *count < into.size() && !stopped_early : count.error() == boost::asio::error::would_block;
  if (is_empty) state_->readable = false;
  return count;
}

// A read stops behind bytes that came with a descriptor (unix(7)). The kernel discards the descriptor and
// reports MSG_CTRUNC.
Result<std::size_t> Stream::read_from_unix(std::span<char> into, bool& stopped_early) {
  iovec part{into.data(), into.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  const auto count = transfer([&] { return ::recvmsg(state_->descriptor(), &message, 0); });
  if ((message.msg_flags & MSG_CTRUNC) != 0) stopped_early = true;
  return count;
}

Result<std::size_t> Stream::write_some(std::span<const boost::asio::const_buffer> pieces) {
  assert(pieces.size() <= kMaxPieces);
  if (state_->tls != nullptr) {
    const tls::Transferred written = state_->tls->write(pieces);
    const error_code ec = state_->after_write(written.status);
    if (ec && ec != boost::asio::error::would_block) state_->failure = ec;
    if (ec) return ec;
    return written.count;
  }
  std::size_t wanted = 0;
  for (const boost::asio::const_buffer& piece : pieces)
    wanted += piece.size();
  const auto count = transfer([&] { return send_pieces(state_->descriptor(), pieces); });
  const bool is_full = count ? *count < wanted : count.error() == boost::asio::error::would_block;
  if (is_full) state_->writable = false;
  if (!count && !is_full) state_->failure = count.error();
  return count;
}

Result<std::size_t> Stream::read_some(Pipe& into, std::uint64_t limit) {
  assert(into.empty());
  // splice(2) refuses a size that is negative as a signed number, and no pipe takes as much as this.
  constexpr std::uint64_t kMost = 1U << 30;
  const auto most = static_cast<std::size_t>(std::min(limit, kMost));
  auto count = transfer([&] {
    return ::splice(state_->descriptor(), nullptr, into.in_.number(), nullptr, most, SPLICE_F_NONBLOCK);
  });
  const bool is_held_up = !count && count.error() == boost::asio::error::would_block;
  if (is_held_up && state_->has_more_than_bytes) count = copy_some(into, most);
  if (count && *count == 0) return state_->failure ? state_->failure : error_code(boost::asio::error::eof);
  if (count) into.size_ = *count;
  // The pipe was empty, so would_block means that the socket is.
  if (!count && count.error() == boost::asio::error::would_block) state_->readable = false;
  return count;
}

// At urgent data, splice(2) fails with EAGAIN until recv(2) has read past it.
Result<std::size_t> Stream::copy_some(Pipe& into, std::size_t limit) {
  std::array<char, PIPE_BUF> bytes;  // an empty pipe takes that much in one write
  const auto count = read_some(std::span(bytes).first(std::min(limit, bytes.size())));
  if (!count) return count;
  return transfer([&] { return ::write(into.in_.number(), bytes.data(), *count); });
}

Result<std::size_t> Stream::write_some(Pipe& from) {
  const auto count = transfer([&] {
    return ::splice(from.out_.number(), nullptr, state_->descriptor(), nullptr, from.size_,
                    SPLICE_F_NONBLOCK);
  });
  if (count) from.size_ -= *count;
  const bool is_full = !count && count.error() == boost::asio::error::would_block;
  if (is_full) state_->writable = false;
  if (!count && !is_full) state_->failure = count.error();
  return count;
}

bool Stream::is_known_quiet(TimePoint since) const noexcept {
  return !state_->readable && state_->set().has_told_all(*state_, since);
}

Stream::Peeked Stream::peek() {
  if (state_->tls != nullptr) {
    state_->tls->may_read(state_->has_more_than_bytes);  // events may not have told everything
    const error_code ec = state_->after_read(state_->tls->peek());
    if (!ec) return Peeked::kBytes;
    if (ec == boost::asio::error::would_block) return Peeked::kNothing;
    return ec == boost::asio::error::eof ? Peeked::kEnd : Peeked::kFailed;
  }
  char byte = 0;
  const auto count = transfer([&] { return ::recv(state_->descriptor(), &byte, 1, MSG_PEEK); });
  if (count) return *count == 0 ? Peeked::kEnd : Peeked::kBytes;
  if (count.error() != boost::asio::error::would_block) return Peeked::kFailed;
  state_->readable = false;
  return Peeked::kNothing;
}

void Stream::acknowledge() noexcept {
  const int on = 1;
  ::setsockopt(state_->descriptor(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void Stream::shutdown_send() noexcept {
  state_->end_sending();
}

void Stream::abort() noexcept {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(state_->descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  state_->tls.reset();  // the end of the message is not to look regular
  close();
}

void Stream::close() noexcept {
  if (state_->tls != nullptr) state_->tls->close_notify();
  state_->tls.reset();  // before the number of its socket may be another's
  state_->close();
  state_->waiter = nullptr;
}

bool Stream::is_open() const noexcept {
  return state_->is_open();
}

int Stream::descriptor() const noexcept {
  return state_->descriptor();
}

}  // namespace wayside::net
