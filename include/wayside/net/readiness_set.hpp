// The established connections of an io_context, registered once, as one descriptor in it.
//
// Asio's async_wait costs an epoll_ctl for each wait, and a proxy waits twice for each exchange. Here each
// connection is registered once, edge-triggered, in an epoll of its own (epoll(7)), and a wait is a flag of
// its source (event_source.hpp). That epoll is a descriptor like any other to Asio: it is readable while it
// has events, and its handler takes them out in batches.
//
// Everything else that an io_context can wait for, Asio waits for: timers, look-ups, connecting, accepting,
// what other threads post. Handlers of those call woke() first.
//
// Events come in batches. The handler of one may end the source of another that waits in the same batch, so a
// source that closes takes its events out of it.
//
// One thread only: the one that runs the io_context.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/event_source.hpp"
#include "wayside/net/types.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace wayside::net {

class ReadinessSet {
 public:
  // The io_context outlives the set, and has work until stop(). Throws boost::system::system_error where a
  // descriptor is not to be had.
  explicit ReadinessSet(boost::asio::io_context& context);
  ReadinessSet(const ReadinessSet&) = delete;
  ReadinessSet& operator=(const ReadinessSet&) = delete;

  // No source is told anything any more, and the io_context may run out of work. Nothing runs the io_context
  // between the end of the set and its own.
  void stop();

  Executor executor() noexcept { return epoll_.get_executor(); }

  // When the thread began its present turn, or the handler that said so by woke(): time since then is its
  // own.
  TimePoint woke_at() const noexcept { return woke_at_; }
  // For handlers of Asio's: the thread begins something now.
  void woke() noexcept { woke_at_ = Clock::now(); }

  // Whether the kernel was asked after `since` and when the thread woke last, and had nothing to say of the
  // source that the source was not told. False where that is not certain: the kernel may have had more to say
  // than fitted into a batch, or a handler of Asio's woke the thread since.
  bool has_told_all(const EventSource& source, TimePoint since) const noexcept;

 private:
  friend class EventSource;
  using Sources = boost::intrusive::list<EventSource, boost::intrusive::constant_time_size<false>>;

  void wait();
  // Takes turns until the kernel has nothing more to say.
  void take_turns();
  void take_turns_soon();
  // Asks the kernel, and has handled what it says and what was raised. Whether it said anything.
  bool take_turn();
  void forget_events_of(const EventSource& source) noexcept;

  static constexpr std::size_t kBatch = 64;  // a source that closes looks through the rest of its batch
  // Asking the kernel again costs less than waiting again, and often something has come meanwhile. This is
  // the limit, behind which the handlers of Asio's operations have their turn; sources that are raised end it
  // at once.
  static constexpr int kTurnsAtOnce = 8;

  boost::asio::posix::basic_stream_descriptor<Executor> epoll_;
  std::array<epoll_event, kBatch> batch_;
  std::span<epoll_event> pending_;  // what of the batch was not handled yet
  bool batch_was_full_ = false;
  bool takes_turns_ = false;
  bool turns_are_posted_ = false;
  bool stopped_ = false;
  Sources raised_;
  TimePoint woke_at_{};
  TimePoint asked_at_{};  // when the kernel was last asked
};

}  // namespace wayside::net
