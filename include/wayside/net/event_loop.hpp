// The event loop of a worker: one epoll, its timers, and what other threads ask of it.
//
// Why not Asio's io_context: a session that waits for readiness costs it an operation object, two locks and
// an epoll_ctl each time. Here a wait is a flag of the source (event_source.hpp). Error codes, endpoints and
// buffers are Asio's all the same.
//
// Events come in batches. The handler of one may end the source of another that waits in the same batch, so a
// source that closes takes its events out of it.
//
// One thread only, apart from post().
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/event_source.hpp"
#include "wayside/net/timer.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

namespace wayside::net {

class EventLoop {
 public:
  // Throws std::system_error where a descriptor is not to be had.
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Takes turns as long as anything can still happen: a source is open, a timer is set, something was posted.
  // An exception of a handler ends it, and what else was to be handled is lost: the loop may then only be
  // destroyed. The same holds for turn().
  void run();

  // Waits for events, no longer than `limit` (at most 24 days; negative: for ever), and has them handled. How
  // many there were. Not from a handler.
  std::size_t turn(std::chrono::milliseconds limit);

  // When the last wait for events was over: all time since is this thread's doing.
  TimePoint woke_at() const noexcept { return woke_at_; }

  // Whether the kernel, when it was last asked, had nothing to say of the source that it was not told since.
  // False where that is not certain, as there may have been more to say than fitted into a batch.
  bool has_told_all(const EventSource& source) const noexcept;

  // Has `task` called by the loop, in the order of posting. From any thread, while the loop lives.
  void post(std::function<void()> task);

  // Whether anything can still happen, so far as this thread knows.
  bool has_work();

 private:
  friend class EventSource;
  friend class Timer;
  using Sources = boost::intrusive::list<EventSource, boost::intrusive::constant_time_size<false>>;

  // What was posted. Its eventfd wakes the loop.
  class Mailbox final : public EventSource {
   public:
    explicit Mailbox(EventLoop& loop);
    void post(std::function<void()> task);
    bool empty();

   private:
    void on_events(std::uint32_t events) override;
    std::mutex mutex_;
    std::vector<std::function<void()>> tasks_;  // under the mutex
  };

  void forget_events_of(const EventSource& source) noexcept;

  static constexpr std::size_t kBatch = 64;  // a source that closes looks through the rest of its batch

  const Descriptor epoll_;
  std::size_t open_sources_ = 0;
  std::array<epoll_event, kBatch> batch_;
  std::span<epoll_event> pending_;  // what of the batch was not handled yet
  bool batch_was_full_ = false;
  Sources raised_;
  TimePoint woke_at_{};
  TimerQueue timers_{*this};
  Mailbox mailbox_{*this};
  const std::size_t own_sources_ = open_sources_;
};

}  // namespace wayside::net
