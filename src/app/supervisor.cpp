#include "app/supervisor.hpp"

#include "wayside/base/result.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <fmt/format.h>
#include <new>
#include <string_view>
#include <utility>

namespace wayside::app {
namespace {

// The clock of MONOTONIC_USEC (sd_notify(3)).
long long monotonic_microseconds() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

// A message that needs no memory.
template <class... Values>
void send(const NotifySocket& manager, fmt::format_string<Values&...> text, Values... values) noexcept {
  std::array<char, 256> message;
  const auto written = fmt::format_to_n(message.data(), message.size(), text, values...);
  manager.send({message.data(), std::min<std::size_t>(written.size, message.size())});
}

}  // namespace

Supervisor::Supervisor(const net::Executor& executor, const Supervision& supervision, Sources sources,
                       Milliseconds status_every)
    : manager_(supervision.socket),
      watchdog_(supervision.watchdog),
      status_every_(status_every),
      sources_(std::move(sources)),
      life_timer_(executor),
      report_timer_(executor) {}

void Supervisor::on_started() {
  if (!manager_.is_open() || is_stopped_) return;
  manager_.send("READY=1\nSTATUS=serving");
  reported_at_ = Clock::now();
  report_later();
  if (watchdog_ != std::chrono::microseconds{0}) prove_life_later();
}

void Supervisor::on_reload_begins() noexcept {
  if (is_stopping_) return;
  is_reloading_ = true;
  send(manager_, "RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds());
}

void Supervisor::on_reload_ends() noexcept {
  if (!std::exchange(is_reloading_, false)) return;
  manager_.send("READY=1");
  // For systemd, the process runs from here on.
  if (is_stopping_) send_stopping();
}

void Supervisor::on_stopping() noexcept {
  is_stopping_ = true;
  send_stopping();
}

void Supervisor::send_stopping() const noexcept {
  manager_.send("STOPPING=1\nSTATUS=draining");
}

void Supervisor::stop() {
  is_stopped_ = true;
  life_timer_.cancel();
  report_timer_.cancel();
}

void Supervisor::prove_life_later() {
  life_timer_.expires_after(watchdog_ / 2);
  life_timer_.async_wait([this](const error_code& ec) {
    if (ec || is_stopped_) return;
    if (sources_.all_live()) manager_.send("WATCHDOG=1");
    prove_life_later();
  });
}

void Supervisor::report_later() {
  report_timer_.expires_after(status_every_);
  report_timer_.async_wait([this](const error_code& ec) {
    if (ec || is_stopped_) return;
    report();
    report_later();
  });
}

void Supervisor::report() noexcept {
  try {
    const metrics::Totals now = sources_.totals();
    const TimePoint at = Clock::now();
    const double seconds = std::chrono::duration<double>(at - reported_at_).count();
    const auto rate = [seconds](std::uint64_t from, std::uint64_t to) {
      return static_cast<double>(to - from) / seconds;
    };
    send(manager_,
         "STATUS={}{:.1f} requests/s, {:.1f} errors/s, {} requests in flight, {} streams among them",
         is_stopping_ ? "draining: " : "", rate(last_.requests, now.requests),
         rate(last_.server_errors, now.server_errors), now.in_flight, now.streams);
    last_ = now;
    reported_at_ = at;
  } catch (const std::bad_alloc&) {
    // The next one may find memory.
  }
}

}  // namespace wayside::app
