#include "wayside/net/readiness_set.hpp"

#include "wayside/net/descriptor.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace wayside::net {
namespace {

Descriptor make_epoll() {
  Descriptor descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!descriptor.is_open()) throw boost::system::system_error(last_error(), "epoll_create1");
  return descriptor;
}

}  // namespace

ReadinessSet::ReadinessSet(boost::asio::io_context& context) : epoll_(context) {
  Descriptor descriptor = make_epoll();
  epoll_.assign(descriptor.number());
  static_cast<void>(descriptor.release());
  wait();
}

void ReadinessSet::stop() {
  error_code ignored;
  epoll_.cancel(ignored);
  stopped_ = true;
}

void ReadinessSet::wait() {
  epoll_.async_wait(decltype(epoll_)::wait_read, wait_memory_.bind([this](const error_code& ec) {
    if (ec) return;
    take_turns();
    if (!stopped_) wait();
  }));
}

void ReadinessSet::take_turns() {
  takes_turns_ = true;
  for (int turn = 0; turn != kTurnsAtOnce && !stopped_; ++turn) {
    if (!take_turn() || !raised_.empty()) break;
  }
  takes_turns_ = false;
  if (!stopped_ && !raised_.empty()) take_turns_soon();
}

void ReadinessSet::take_turns_soon() noexcept {
  if (takes_turns_ || turns_are_posted_) return;
  boost::asio::post(epoll_.get_executor(), turns_memory_.bind([this] {
    turns_are_posted_ = false;
    take_turns();
  }));
  turns_are_posted_ = true;
}

bool ReadinessSet::take_turn() {
  // Sources raised from here on belong to the next turn.
  Sources raised;
  raised.swap(raised_);

  const int count = ::epoll_wait(epoll_.native_handle(), batch_.data(), kBatch, 0);
  woke_at_ = asked_at_ = Clock::now();
  pending_ = std::span(batch_).first(static_cast<std::size_t>(std::max(count, 0)));
  batch_was_full_ = pending_.size() == kBatch;
  while (!pending_.empty()) {
    const epoll_event event = pending_.front();
    pending_ = pending_.subspan(1);
    if (event.data.ptr != nullptr) static_cast<EventSource*>(event.data.ptr)->on_events(event.events);
  }
  while (!raised.empty()) {
    EventSource& source = raised.front();
    raised.pop_front();
    source.on_events(EPOLLIN);
  }
  return count > 0;
}

bool ReadinessSet::has_told_all(const EventSource& source, TimePoint since) const noexcept {
  return asked_at_ > since && asked_at_ == woke_at_ && !batch_was_full_ &&
         std::ranges::none_of(pending_, [&](const epoll_event& event) { return event.data.ptr == &source; });
}

void ReadinessSet::forget_events_of(const EventSource& source) noexcept {
  for (epoll_event& event : pending_) {
    if (event.data.ptr == &source) event.data.ptr = nullptr;
  }
}

error_code EventSource::open(Descriptor descriptor, std::uint32_t events) noexcept {
  epoll_event event{.events = events | EPOLLET, .data = {.ptr = this}};
  if (::epoll_ctl(set_.epoll_.native_handle(), EPOLL_CTL_ADD, descriptor.number(), &event) != 0)
    return last_error();
  close();
  descriptor_ = std::move(descriptor);
  return {};
}

error_code EventSource::change(std::uint32_t events) noexcept {
  epoll_event event{.events = events | EPOLLET, .data = {.ptr = this}};
  if (::epoll_ctl(set_.epoll_.native_handle(), EPOLL_CTL_MOD, descriptor(), &event) != 0) return last_error();
  return {};
}

void EventSource::raise() noexcept {
  if (!is_open()) return;
  set_.take_turns_soon();
  unlink();  // from the sources raised for this turn
  set_.raised_.push_back(*this);
}

void EventSource::close() noexcept {
  if (!is_open()) return;
  // No other descriptor refers to the open file, so closing this one removes it from the epoll (epoll(7)).
  descriptor_.close();
  unlink();
  set_.forget_events_of(*this);
}

}  // namespace wayside::net
