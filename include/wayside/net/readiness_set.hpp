// The established connections of an io_context, behind one descriptor of it.
//
// Asio's async_wait costs an epoll_ctl per wait, and a proxy waits twice per exchange. Here each connection
// is registered once, edge-triggered, in a second epoll (epoll(7)), and a wait is a flag of its source
// (event_source.hpp). To Asio, that epoll is a descriptor like any other: it is readable while it has events,
// and its handler takes them in batches.
//
// Asio waits for everything else: timers, look-ups, connecting, accepting, calls posted by other threads.
// Handlers of those call woke() first.
//
// The handler of one event may close the source of another in the same batch, so a source that closes removes
// its events from the batch.
//
// Waiting and taking turns need no memory.
//
// Used by the thread that runs the io_context alone.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/event_source.hpp"
#include "wayside/net/operation_memory.hpp"
#include "wayside/net/types.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace wayside::net {

class ReadinessSet {
 public:
  // The io_context outlives the set, and has work until stop(). Throws std::bad_alloc, and
  // boost::system::system_error if no descriptor is available.
  explicit ReadinessSet(boost::asio::io_context& context);
  ReadinessSet(const ReadinessSet&) = delete;
  ReadinessSet& operator=(const ReadinessSet&) = delete;

  // Ends all reports, and the io_context may run out of work. The io_context must not run between the set's
  // destruction and its own.
  void stop();

  Executor executor() noexcept { return epoll_.get_executor(); }

  // When the thread began its current turn, or a handler last called woke(): the time since then was spent by
  // this thread.
  TimePoint woke_at() const noexcept { return woke_at_; }
  // Called by handlers of Asio's operations before anything else.
  void woke() noexcept { woke_at_ = Clock::now(); }

  // Whether the source has received every event up to this turn, and the turn began after `since`. False if
  // that is not certain: the batch was full, or a handler of Asio's has run since.
  bool has_told_all(const EventSource& source, TimePoint since) const noexcept;

 private:
  friend class EventSource;
  using Sources = boost::intrusive::list<EventSource, boost::intrusive::constant_time_size<false>>;

  void wait();
  // Takes turns until the kernel reports nothing, at most kTurnsAtOnce.
  void take_turns();
  void take_turns_soon() noexcept;
  // Asks the kernel, and handles its events and the raised sources. True if the kernel reported any event.
  bool take_turn();
  void forget_events_of(const EventSource& source) noexcept;

  static constexpr std::size_t kBatch = 64;  // a source that closes searches the rest of its batch
  // Asking the kernel again costs less than waiting again, and new events have often arrived. After this many
  // turns, or once a source is raised, the handlers of Asio's operations get their turn.
  static constexpr int kTurnsAtOnce = 8;

  boost::asio::posix::basic_stream_descriptor<Executor> epoll_;
  OperationMemory wait_memory_;
  OperationMemory turns_memory_;
  std::array<epoll_event, kBatch> batch_;
  std::span<epoll_event> pending_;  // the unhandled rest of the batch
  bool batch_was_full_ = false;
  bool takes_turns_ = false;
  bool turns_are_posted_ = false;
  bool stopped_ = false;
  Sources raised_;
  TimePoint woke_at_{};
  TimePoint asked_at_{};  // when the kernel was last asked
};

}  // namespace wayside::net
