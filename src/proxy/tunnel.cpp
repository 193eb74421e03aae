#include "proxy/tunnel.hpp"

#include "proxy/read_budget.hpp"
#include "proxy/wait.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace wayside::proxy {
namespace {

// One direction of a tunnel.
class Direction {
 public:
  // Counts the bytes that the sink took in `delivered`.
  Direction(net::BufferPool& buffers, net::Stream& source, net::Stream& sink, net::Buffer& in,
            std::uint64_t& delivered)
      : buffers_(buffers), source_(source), sink_(sink), in_(in), delivered_(delivered) {}

  // Moves bytes on without waiting, and watches for more.
  void pump() {
    ReadBudget budget;
    while (!is_over_) {
      if (!in_.empty() && !deliver()) return;
      if (source_ended_) {
        sink_.shutdown_send();
        is_over_ = true;
        return;
      }
      if (!budget.spend(source_)) return;
      in_.reserve_for_read(buffers_);
      const auto read = source_.read_some(in_.space());
      if (read) {
        in_.commit(*read);
      } else if (read.error() != boost::asio::error::would_block) {
        source_ended_ = true;
        source_failed_ = read.error() != boost::asio::error::eof;
      }
    }
  }

  void give_back_idle() { in_.shrink(buffers_); }

  // Whether all bytes and the end of the stream were passed on.
  bool is_over() const { return is_over_; }
  bool source_failed() const { return source_failed_; }
  bool sink_failed() const { return sink_failed_; }

 private:
  // False when the sink takes no more for now. Bytes for a broken sink are read and dropped: closing the
  // source with unread bytes in it would reset it, and the source would lose what it has not read yet.
  bool deliver() {
    while (!in_.empty() && !sink_failed_) {
      if (!sink_.writable()) {
        sink_.watch_writable();
        return false;
      }
      const boost::asio::const_buffer piece(in_.data().data(), in_.size());
      const auto written = sink_.write_some(std::span(&piece, 1));
      if (written) {
        in_.consume(*written);
        delivered_ += *written;
      } else if (written.error() != boost::asio::error::would_block) {
        sink_failed_ = true;
      }
    }
    in_.consume(in_.size());
    return true;
  }

  net::BufferPool& buffers_;
  net::Stream& source_;
  net::Stream& sink_;
  net::Buffer& in_;
  std::uint64_t& delivered_;
  bool source_ended_ = false;
  bool source_failed_ = false;
  bool sink_failed_ = false;
  bool is_over_ = false;
};

}  // namespace

net::Task<> run_tunnel(Context& context, ClientConnection& client, net::Stream& backend,
                       net::Buffer& from_backend, TunnelBytes& delivered) {
  const config::Timeouts& timeouts = context.settings.timeouts;
  Direction up(context.buffers, client.stream, backend, client.in, delivered.from_client);
  Direction down(context.buffers, backend, client.stream, from_backend, delivered.from_backend);
  const auto progress = [&] {
    return std::pair(delivered.from_client + delivered.from_backend, up.is_over());
  };
  auto last_progress = progress();
  TimePoint until = Clock::now() + timeouts.tunnel;
  for (;;) {
    up.pump();
    down.pump();
    const bool client_is_gone = up.source_failed() || down.sink_failed();
    if (client_is_gone || down.is_over()) co_return;

    if (progress() != last_progress) {
      last_progress = progress();
      const Milliseconds limit =
          up.is_over() ? std::min(timeouts.tunnel, timeouts.response_body) : timeouts.tunnel;
      until = Clock::now() + limit;
    }
    up.give_back_idle();
    down.give_back_idle();
    const Wake wake = co_await wait(context, client, until, context.readiness.woke_at());
    if (!wake.is_event()) co_return;
  }
}

}  // namespace wayside::proxy
