// The use of one route through one worker.
//
// Metrics count requests and statuses by label, so the numbers of a route cannot be read from them:
//   - several routes may share a label: a group, or routes with the same `name`;
//   - an excluded route has no series;
//   - the series budget may count a request under the label "overflow";
//   - the backend may declare another route (metrics.route_header), which gives the label;
//   - a reload may give a label to a route, take it away, or pass it to another route.
//
// Written by the worker alone, read by the inspector at any time, without locks: see
// metrics/single_writer.hpp.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/metrics/single_writer.hpp"

#include <atomic>
#include <cstdint>

namespace wayside::inspector {

class RouteUse {
 public:
  // Counts an exchange that ends now, or a stream that begins. The worker only.
  void add(unsigned status, TimePoint now) noexcept {
    hits_.add(1);
    if (status >= 400 && status < 500) client_errors_.add(1);
    if (status >= 500) server_errors_.add(1);
    last_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

  // Any thread, here and below.
  std::uint64_t hits() const noexcept { return hits_.value(); }
  std::uint64_t client_errors() const noexcept { return client_errors_.value(); }  // 4xx
  std::uint64_t server_errors() const noexcept { return server_errors_.value(); }  // 5xx
  // The end of the last exchange, or the beginning of the last stream; the clock's epoch before the first.
  TimePoint last() const noexcept {
    return TimePoint(TimePoint::duration(last_.load(std::memory_order_relaxed)));
  }

 private:
  metrics::SingleWriter<std::uint64_t> hits_;
  metrics::SingleWriter<std::uint64_t> client_errors_;
  metrics::SingleWriter<std::uint64_t> server_errors_;
  std::atomic<TimePoint::rep> last_{0};
};

}  // namespace wayside::inspector
