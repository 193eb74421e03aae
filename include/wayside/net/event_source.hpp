// A descriptor in a readiness set, and who is told what happens to it.
//
// It is registered once, edge-triggered, for as long as it is open (epoll(7)): each change is reported once,
// and the source keeps in mind what it means. So no wait and no exchange costs an epoll_ctl.
//
// A source may be closed or destroyed at any time, also by the handler of another one. From then on it is
// told nothing, even if the kernel has reported an event of it already.
//
// One thread only: that of the set.
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
  // Takes the descriptor over. `events` are those of epoll_ctl(2); conditions already true are reported as
  // well. The error is that of the kernel, which has no memory for it: the descriptor is then closed.
  error_code open(Descriptor descriptor, std::uint32_t events) noexcept;
  // Waits for these events from now on. Conditions already true are reported again.
  error_code change(std::uint32_t events) noexcept;
  void close() noexcept;

  bool is_open() const noexcept { return descriptor_.is_open(); }
  int descriptor() const noexcept { return descriptor_.number(); }
  const ReadinessSet& set() const noexcept { return set_; }

  // Reports EPOLLIN in the set's next turn, as if the kernel had: for a source that could go on, but lets
  // others have their turn. Nothing where the source is closed.
  void raise();

  // What the kernel reports. For the set to call; the source may be gone when this returns.
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
