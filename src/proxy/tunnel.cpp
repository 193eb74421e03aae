#include "proxy/tunnel.hpp"

#include "wayside/http/websocket_frames.hpp"

#include "proxy/read_budget.hpp"
#include "proxy/wait.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <random>
#include <span>
#include <utility>

namespace wayside::proxy {
namespace {

using Sender = http::WebSocketFrames::Sender;

// When a WebSocket is closed for a drain: see tunnel.hpp.
constexpr std::chrono::seconds kSilence{1};
constexpr std::chrono::seconds kAnswerWithin{1};

// One direction of a tunnel.
class Direction {
 public:
  // Counts the bytes that the sink took in `delivered`.
  Direction(net::BufferPool& buffers, net::Stream& source, net::Stream& sink, net::Buffer& in,
            std::uint64_t& delivered)
      : buffers_(buffers), source_(source), sink_(sink), in_(in), delivered_(delivered) {}

  // Before the first byte: the direction is that of a WebSocket.
  void follow_frames(Sender sender) {
    sender_ = sender;
    frames_.emplace(sender);
  }

  // Has the sink get a Close frame behind the frame under way, and nothing behind that, unless its peer has
  // sent one.
  void close() {
    if (frames_ && !frames_->has_closed() && close_ == Close::kNone) close_ = Close::kWanted;
  }

  // Moves bytes on without waiting, and watches for more.
  void pump() {
    ReadBudget budget;
    while (!is_over_) {
      if (is_close_due()) put_close_frame();
      if (!in_.empty() && !deliver()) return;
      if (is_close_due()) continue;
      if (source_ended_) {
        // The end of an unknown protocol may be the end of its message: a truncated one must not look whole.
        const bool is_truncated = source_failed_ && source_.tls() != nullptr;
        is_truncated ? sink_.abort() : sink_.shutdown_send();
        is_over_ = true;
        return;
      }
      if (!budget.spend(source_)) return;
      in_.reserve_for_read(buffers_);
      const auto read = source_.read_some(in_.space());
      if (read) {
        in_.commit(*read);
        if (close_ == Close::kPut) in_.consume(in_.size());
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
    while (!in_.empty() && !sink_failed_ && !is_close_due()) {
      if (!sink_.writable()) {
        sink_.watch_writable();
        return false;
      }
      const boost::asio::const_buffer piece(in_.data().data(), next_size());
      const auto written = sink_.write_some(std::span(&piece, 1));
      if (written) {
        owed_ = 0;
        note_delivered(*written);
        in_.consume(*written);
      } else if (written.error() != boost::asio::error::would_block) {
        sink_failed_ = true;
      } else if (sink_.tls() != nullptr) {
        owed_ = piece.size();
      }
    }
    in_.consume(in_.size());
    return true;
  }

  // A direction that is to be closed goes on to the end of a frame.
  std::size_t next_size() {
    if (close_ != Close::kWanted) return in_.size();
    http::WebSocketFrames ahead = *frames_;
    return std::max(ahead.finish_frame(in_.data()), owed_);
  }

  void note_delivered(std::size_t size) {
    if (close_ == Close::kPut) return;  // they are wayside's own
    delivered_ += size;
    if (frames_) frames_->advance(in_.data().first(size));
  }

  bool is_close_due() const {
    return close_ == Close::kWanted && frames_->is_between_frames() && !sink_failed_ && owed_ == 0;
  }

  // In place of all that was read and not delivered.
  void put_close_frame() {
    // RFC 6455 section 5.3: nobody can foretell the mask. Only a client's frame has one.
    const std::uint32_t mask = sender_ == Sender::kClient ? std::random_device()() : 0;
    http::CloseFrame space;
    const std::span<const char> frame = http::write_going_away(sender_, mask, space);
    in_.consume(in_.size());
    in_.reserve_for_read(buffers_);
    std::memcpy(in_.space().data(), frame.data(), frame.size());
    in_.commit(frame.size());
    close_ = Close::kPut;
  }

  net::BufferPool& buffers_;
  net::Stream& source_;
  net::Stream& sink_;
  net::Buffer& in_;
  std::uint64_t& delivered_;
  // The bytes that TLS has begun to write: the next write begins with them (tls::Session::write).
  std::size_t owed_ = 0;
  bool source_ended_ = false;
  bool source_failed_ = false;
  bool sink_failed_ = false;
  bool is_over_ = false;

  enum class Close : std::uint8_t { kNone, kWanted, kPut };
  Close close_ = Close::kNone;
  Sender sender_ = Sender::kServer;
  std::optional<http::WebSocketFrames> frames_;
};

// The steps in which a WebSocket is closed for a drain.
class Farewell {
 public:
  Farewell(const Context& context, Direction& up, Direction& down)
      : context_(context), up_(up), down_(down) {}

  // Takes the steps that are due. Returns when the next one is, TimePoint::max() for none.
  TimePoint advance(TimePoint delivered_at) {
    if (context_.drain != Drain::kBegun) return TimePoint::max();
    const TimePoint now = context_.readiness.woke_at();
    if (!client_closed_at_) {
      const TimePoint latest = context_.drain_began + context_.settings.timeouts.drain / 2;
      const TimePoint due = std::min(std::max(context_.drain_began, delivered_at + kSilence), latest);
      if (now < due) return due;
      down_.close();
      client_closed_at_ = now;
    }
    const TimePoint answer_due = *client_closed_at_ + kAnswerWithin;
    if (now < answer_due) return answer_due;
    up_.close();
    return TimePoint::max();
  }

 private:
  const Context& context_;
  Direction& up_;
  Direction& down_;
  std::optional<TimePoint> client_closed_at_;
};

}  // namespace

net::Task<> run_tunnel(Context& context, ClientConnection& client, net::Stream& backend,
                       TunnelProtocol protocol, net::Buffer& from_backend, TunnelBytes& delivered) {
  const config::Timeouts& timeouts = context.settings.timeouts;
  Direction up(context.buffers, client.stream, backend, client.in, delivered.from_client);
  Direction down(context.buffers, backend, client.stream, from_backend, delivered.from_backend);
  const auto progress = [&] {
    return std::pair(delivered.from_client + delivered.from_backend, up.is_over());
  };
  std::optional<Farewell> farewell;
  if (protocol == TunnelProtocol::kWebSocket) {
    up.follow_frames(Sender::kClient);
    down.follow_frames(Sender::kServer);
    farewell.emplace(context, up, down);
  }
  auto last_progress = progress();
  TimePoint progressed_at = Clock::now();
  TimePoint until = progressed_at + timeouts.tunnel;
  for (;;) {
    const TimePoint next_step = farewell ? farewell->advance(progressed_at) : TimePoint::max();
    up.pump();
    down.pump();
    const bool client_is_gone = up.source_failed() || down.sink_failed();
    if (client_is_gone || down.is_over()) co_return;

    if (progress() != last_progress) {
      last_progress = progress();
      const Milliseconds limit =
          up.is_over() ? std::min(timeouts.tunnel, timeouts.response_body) : timeouts.tunnel;
      progressed_at = Clock::now();
      until = progressed_at + limit;
    }
    up.give_back_idle();
    down.give_back_idle();
    const Wake wake = co_await wait(context, client, std::min(until, next_step), context.readiness.woke_at());
    if (wake.cause == Wake::Cause::kTermination) co_return;
    if (wake.cause == Wake::Cause::kDeadline && until <= next_step) co_return;
  }
}

}  // namespace wayside::proxy
