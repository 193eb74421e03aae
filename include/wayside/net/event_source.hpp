// A descriptor in an event loop, and who is told what happens to it.
//
// It is registered once, edge-triggered, for as long as it is open (epoll(7)): an event is told once, when
// something changes, and who is told keeps in mind what it means. So no wait and no exchange costs an
// epoll_ctl.
//
// A source may be closed or destroyed at any time, also by the handler of another one. From then on it is
// told nothing, even if the kernel has reported an event of it already.
//
// One thread only: that of the event loop.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"

#include <boost/intrusive/list_hook.hpp>

#include <cstdint>
#include <sys/epoll.h>

namespace wayside::net {

class EventLoop;

class EventSource
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Takes the descriptor over. `events` are those of epoll_ctl(2); what is so already is an event too. The
  // error is that of the kernel, which has no memory for it: the descriptor is then closed.
  error_code open(Descriptor descriptor, std::uint32_t events) noexcept;
  // From now on these events. What is so already is told anew.
  error_code change(std::uint32_t events) noexcept;
  void close() noexcept;

  bool is_open() const noexcept { return descriptor_.is_open(); }
  int descriptor() const noexcept { return descriptor_.number(); }
  const EventLoop& loop() const noexcept { return loop_; }

  // In its next turn the loop tells an EPOLLIN, as if the kernel had. Whoever could go on, but lets others
  // have their turn, or wants to look again, needs no event for it. Nothing where the source is closed.
  void raise() noexcept;

  // What the kernel reports. For the event loop to call; the source may be gone when this returns.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  // The loop outlives the source.
  explicit EventSource(EventLoop& loop) noexcept : loop_(loop) {}
  ~EventSource() { close(); }
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;

 private:
  EventLoop& loop_;
  Descriptor descriptor_;
};

}  // namespace wayside::net
