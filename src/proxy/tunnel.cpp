#include "proxy/tunnel.hpp"

#include <span>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace wayside::proxy {
namespace {

// Reads in a row before other sessions get their turn.
constexpr int kReadsPerTurn = 16;

// One direction of a tunnel.
class Pipe {
 public:
  Pipe(net::BufferPool& buffers, net::Stream& from, net::Stream& to, net::Buffer& in)
      : buffers_(buffers), from_(from), to_(to), in_(in) {}

  // Moves what can be moved without waiting.
  void pump() {
    for (int reads = 0; !broken_;) {
      if (!in_.empty()) {
        if (!deliver()) return;
      }
      if (ended_) return;
      if (!from_.readable() || reads == kReadsPerTurn) {
        reads == kReadsPerTurn ? from_.yield_readable() : from_.watch_readable();
        return;
      }
      ++reads;
      in_.reserve_for_read(buffers_);
      const auto read = from_.read_some(in_.space());
      if (read) {
        in_.commit(*read);
        moved_ = true;
      } else if (read.error() == boost::asio::error::eof) {
        ended_ = true;
      } else if (read.error() != boost::asio::error::would_block) {
        broken_ = true;
      }
    }
  }

  void give_idle_buffer_back() { in_.shrink(buffers_); }
  // Everything that will ever come was delivered, or cannot be.
  bool is_over() const { return broken_ || (ended_ && in_.empty()); }
  bool is_drained() const { return broken_ || in_.empty(); }
  // Whether bytes moved since the last call.
  bool has_moved() { return std::exchange(moved_, false); }

 private:
  // False when the other side takes no more for now.
  bool deliver() {
    while (!in_.empty()) {
      if (!to_.writable()) {
        to_.watch_writable();
        return false;
      }
      const boost::asio::const_buffer piece(in_.data().data(), in_.size());
      const auto written = to_.write_some(std::span(&piece, 1));
      if (written) {
        in_.consume(*written);
        moved_ = true;
      } else if (written.error() != boost::asio::error::would_block) {
        broken_ = true;
        return false;
      }
    }
    return true;
  }

  net::BufferPool& buffers_;
  net::Stream& from_;
  net::Stream& to_;
  net::Buffer& in_;
  bool ended_ = false;
  bool broken_ = false;
  bool moved_ = false;
};

}  // namespace

net::Task<Failure> run_tunnel(Context& context, ClientConnection& client, net::Stream& backend,
                              net::Buffer& from_backend) {
  Pipe up(context.buffers, client.stream, backend, client.in);
  Pipe down(context.buffers, backend, client.stream, from_backend);
  const Milliseconds idle_limit = context.settings.timeouts.tunnel;
  client.deadline.expire_at(Clock::now() + idle_limit);
  for (;;) {
    up.pump();
    down.pump();
    if ((up.is_over() && down.is_drained()) || (down.is_over() && up.is_drained())) co_return Failure::kNone;
    const bool up_moved = up.has_moved();
    const bool down_moved = down.has_moved();
    if (up_moved || down_moved) client.deadline.expire_at(Clock::now() + idle_limit);
    up.give_idle_buffer_back();
    down.give_idle_buffer_back();
    co_await client.wakeup.wait();
    if (context.terminating || client.deadline.passed()) co_return Failure::kNone;
  }
}

}  // namespace wayside::proxy
