// A descriptor registered in a readiness set, and the handler of its events.
//
// The descriptor is registered once, edge-triggered, for as long as it is open (epoll(7)). Each change is
// reported once, and the source remembers it, so a wait costs no epoll_ctl.
//
// A source may be closed or destroyed at any time, even by the handler of another source. It receives no
// event afterwards, not even one that the kernel has already reported.
//
// Used by the thread of the set alone.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"

#include <boost/intrusive/list_hook.hpp>

#include <cstdint>
#include <sys/epoll.h>

namespace wayside::net {

class ReadinessSet;

class EventSource
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Takes ownership of the descriptor and registers it for `events` (epoll_ctl(2)). Conditions already true
  // are reported as well. If epoll_ctl(2) fails, the descriptor is closed.
  error_code open(Descriptor descriptor, std::uint32_t events) noexcept;
  // Replaces the events to report. Conditions already true are reported again.
  error_code change(std::uint32_t events) noexcept;
  void close() noexcept;

  bool is_open() const noexcept { return descriptor_.is_open(); }
  int descriptor() const noexcept { return descriptor_.number(); }
  const ReadinessSet& set() const noexcept { return set_; }

  // Reports EPOLLIN in the set's next turn, as if the kernel had, so that a source with work left can yield
  // to others. Has no effect on a closed source.
  void raise() noexcept;

  // Handles events from the kernel. Called by the set alone; the source may be destroyed inside.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  // The set outlives the source.
  explicit EventSource(ReadinessSet& set) noexcept : set_(set) {}
  ~EventSource() { close(); }
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;

 private:
  ReadinessSet& set_;
  Descriptor descriptor_;
};

}  // namespace wayside::net
