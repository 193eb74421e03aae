#include "proxy/tunnel.hpp"

#include "proxy/read_budget.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace wayside::proxy {
namespace {

// One direction of a tunnel.
class Pipe {
 public:
  Pipe(net::BufferPool& buffers, net::Stream& source, net::Stream& sink, net::Buffer& in)
      : buffers_(buffers), source_(source), sink_(sink), in_(in) {}

  // Moves what can be moved without waiting, and watches for more.
  void pump() {
    ReadBudget budget;
    while (!is_over_) {
      if (!in_.empty() && !deliver()) return;
      if (source_ended_) {
        sink_.shutdown_send();
        is_over_ = true;
        return;
      }
      if (!budget.allows(source_)) return;
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

  void give_idle_buffer_back() { in_.shrink(buffers_); }

  // Everything that will ever come was passed on, and so was the end.
  bool is_over() const { return is_over_; }
  bool source_failed() const { return source_failed_; }
  bool sink_failed() const { return sink_failed_; }
  std::uint64_t delivered() const { return delivered_; }
  // Whether bytes were delivered since the last call.
  bool has_moved() { return std::exchange(moved_, false); }

 private:
  // False when the sink takes no more for now. What a broken sink does not take is read and forgotten:
  // closing the source with unread bytes in it would reset it, and with it what it has not read yet.
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
        moved_ = true;
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
  bool source_ended_ = false;
  bool source_failed_ = false;
  bool sink_failed_ = false;
  bool is_over_ = false;
  bool moved_ = false;
  std::uint64_t delivered_ = 0;
};

}  // namespace

net::Task<TunnelBytes> run_tunnel(Context& context, ClientConnection& client, net::Stream& backend,
                                  net::Buffer& from_backend) {
  const config::Timeouts& timeouts = context.settings.timeouts;
  Pipe up(context.buffers, client.stream, backend, client.in);
  Pipe down(context.buffers, backend, client.stream, from_backend);
  bool input_was_over = false;
  client.deadline.expire_at(Clock::now() + timeouts.tunnel);
  for (;;) {
    up.pump();
    down.pump();
    const bool client_is_gone = up.source_failed() || down.sink_failed();
    if (client_is_gone || down.is_over()) co_return TunnelBytes{up.delivered(), down.delivered()};

    const bool up_moved = up.has_moved();
    const bool down_moved = down.has_moved();
    if (up_moved || down_moved || up.is_over() != input_was_over) {
      input_was_over = up.is_over();
      const Milliseconds limit =
          input_was_over ? std::min(timeouts.tunnel, timeouts.response_body) : timeouts.tunnel;
      client.deadline.expire_at(Clock::now() + limit);
    }
    up.give_idle_buffer_back();
    down.give_idle_buffer_back();
    if (context.terminating) co_return TunnelBytes{up.delivered(), down.delivered()};
    co_await client.wakeup.wait();
    if (client.deadline.passed()) co_return TunnelBytes{up.delivered(), down.delivered()};
  }
}

}  // namespace wayside::proxy
