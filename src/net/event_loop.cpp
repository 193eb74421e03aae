#include "wayside/net/event_loop.hpp"

#include "net/last_error.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/eventfd.h>
#include <system_error>
#include <utility>

namespace wayside::net {
namespace {

int checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::system_category(), what);
  return descriptor;
}

}  // namespace

EventLoop::EventLoop() : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void EventLoop::run() {
  while (has_work())
    turn(std::chrono::milliseconds(-1));
}

std::size_t EventLoop::turn(std::chrono::milliseconds limit) {
  // What is raised from here on is for the next turn.
  Sources raised;
  raised.swap(raised_);

  const int timeout = raised.empty() ? static_cast<int>(limit.count()) : 0;
  const int count = ::epoll_wait(epoll_.number(), batch_.data(), kBatch, timeout);
  woke_at_ = Clock::now();
  // A signal is as good as no event.
  pending_ = std::span(batch_).first(static_cast<std::size_t>(std::max(count, 0)));
  batch_was_full_ = pending_.size() == kBatch;
  std::size_t handled = 0;
  while (!pending_.empty()) {
    const epoll_event event = pending_.front();
    pending_ = pending_.subspan(1);
    if (event.data.ptr == nullptr) continue;
    static_cast<EventSource*>(event.data.ptr)->on_events(event.events);
    ++handled;
  }
  while (!raised.empty()) {
    EventSource& source = raised.front();
    raised.pop_front();
    source.on_events(EPOLLIN);
    ++handled;
  }
  return handled;
}

void EventLoop::post(std::function<void()> task) {
  mailbox_.post(std::move(task));
}

bool EventLoop::has_work() {
  return open_sources_ != own_sources_ || !timers_.empty() || !mailbox_.empty();
}

bool EventLoop::has_told_all(const EventSource& source) const noexcept {
  return !batch_was_full_ &&
         std::ranges::none_of(pending_, [&](const epoll_event& event) { return event.data.ptr == &source; });
}

void EventLoop::forget_events_of(const EventSource& source) noexcept {
  for (epoll_event& event : pending_) {
    if (event.data.ptr == &source) event.data.ptr = nullptr;
  }
}

error_code EventSource::open(Descriptor descriptor, std::uint32_t events) noexcept {
  epoll_event event{.events = events | EPOLLET, .data = {.ptr = this}};
  if (::epoll_ctl(loop_.epoll_.number(), EPOLL_CTL_ADD, descriptor.number(), &event) != 0)
    return last_error();
  close();
  descriptor_ = std::move(descriptor);
  ++loop_.open_sources_;
  return {};
}

error_code EventSource::change(std::uint32_t events) noexcept {
  epoll_event event{.events = events | EPOLLET, .data = {.ptr = this}};
  if (::epoll_ctl(loop_.epoll_.number(), EPOLL_CTL_MOD, descriptor(), &event) != 0) return last_error();
  return {};
}

void EventSource::raise() noexcept {
  if (!is_open()) return;
  unlink();  // from those who have their turn now
  loop_.raised_.push_back(*this);
}

void EventSource::close() noexcept {
  if (!is_open()) return;
  // Nothing else of this process has the open file, so it leaves the epoll with its descriptor (epoll(7)).
  descriptor_.close();
  unlink();
  loop_.forget_events_of(*this);
  --loop_.open_sources_;
}

EventLoop::Mailbox::Mailbox(EventLoop& loop) : EventSource(loop) {
  Descriptor descriptor(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
  if (const error_code ec = open(std::move(descriptor), EPOLLIN)) throw std::system_error(ec, "epoll_ctl");
}

void EventLoop::Mailbox::post(std::function<void()> task) {
  // Under the mutex to the end: once the task is taken, the loop may go.
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  // Each write is a new edge, so nobody has to read the count, and 2^64 posts do not come.
  ::eventfd_write(this->descriptor(), 1);
}

bool EventLoop::Mailbox::empty() {
  const std::lock_guard lock(mutex_);
  return tasks_.empty();
}

void EventLoop::Mailbox::on_events(std::uint32_t) {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks)
    task();
}

}  // namespace wayside::net
