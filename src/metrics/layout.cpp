#include "metrics/layout.hpp"

namespace wayside::metrics {
namespace {

using Unit = Buckets::Unit;

// Bodies from a line of text to a film.
constexpr std::array<std::int64_t, 8> kSizeBounds = {100,       1'000,      10'000,      100'000,
                                                     1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

constexpr std::int64_t kMicrosecond = 1'000;
constexpr std::int64_t kMillisecond = 1'000 * kMicrosecond;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

// From a stream that broke at once to one that lasts the day.
constexpr std::array kStreamBounds = {100 * kMillisecond, kSecond,      10 * kSecond, kMinute,   5 * kMinute,
                                      15 * kMinute,       30 * kMinute, kHour,        6 * kHour, 24 * kHour};

// From what one small exchange costs to what a client would notice.
constexpr std::array kOverheadBounds = {
    10 * kMicrosecond,  25 * kMicrosecond, 50 * kMicrosecond, 100 * kMicrosecond, 250 * kMicrosecond,
    500 * kMicrosecond, kMillisecond,      5 * kMillisecond,  10 * kMillisecond,  50 * kMillisecond};

// Gives out the places of a block one after the other.
class Places {
 public:
  std::uint32_t take(std::size_t count = 1) noexcept {
    const std::uint32_t first = next_;
    next_ += static_cast<std::uint32_t>(count);
    return first;
  }
  HistogramPlace take(const Buckets& buckets) noexcept { return {&buckets, take(buckets.size() + 1)}; }
  std::uint32_t size() const noexcept { return next_; }

 private:
  std::uint32_t next_ = 0;
};

// Its buckets, its count and its sum.
std::size_t series_of(const HistogramPlace& place) noexcept {
  return place.buckets == nullptr ? 0 : place.buckets->size() + 2;
}

}  // namespace

EndpointLayout::EndpointLayout(const EndpointOptions& its_options, bool durations_by_status)
    : options(its_options),
      size_buckets_(Buckets::of(Unit::kBytes, kSizeBounds)),
      stream_buckets_(Buckets::of(Unit::kNanoseconds, kStreamBounds)) {
  Places cell;
  cell.take(kResponseBytes + 1);
  duration = cell.take(options.buckets);
  aborts = cell.take(kAbortPhaseCount);
  cell_series = series_of(duration) + 2;
  if (options.slo) {
    slo_good = cell.take();
    slo_total = cell.take();
    cell_series += 2;
  }
  for (std::size_t i = 0; i < extras.size(); ++i) {
    const auto extra = static_cast<ExtraHistogram>(i);
    if (!options.extras.contains(extra)) continue;
    const bool is_size = extra == ExtraHistogram::kRequestSize || extra == ExtraHistogram::kResponseSize;
    extras[i] = cell.take(is_size ? size_buckets_ : options.buckets);
    cell_series += series_of(extras[i]);
  }
  cell_size = cell.size();

  Places status;
  status.take();
  if (durations_by_status) status_duration = status.take(options.buckets);
  status_size = status.size();
  status_series = 1 + series_of(status_duration);

  is_extended = !options.extras.empty() || options.slo || durations_by_status;

  Places stream;
  stream.take(kStreamBytesFromBackend + 1);
  stream_duration = stream.take(stream_buckets_);
  stream_size = stream.size();
  stream_series = series_of(stream_duration) + 3;
}

WorkerLayout::WorkerLayout(std::size_t backend_error_reasons, std::size_t rejection_reasons)
    : overhead_buckets_(Buckets::of(Unit::kNanoseconds, kOverheadBounds)) {
  Places places;
  places.take(kFixedPlaces);
  overhead = places.take(overhead_buckets_);
  backend_errors = places.take(backend_error_reasons);
  rejections = places.take(rejection_reasons);
  size = places.size();
}

}  // namespace wayside::metrics
