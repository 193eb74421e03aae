// Where in a block each number stands, and how many series a block's numbers are when they are exposed.
//
// A histogram takes one place for its sum and one for each bucket (not cumulated). "Series" means what
// Prometheus means: lines of one scrape under one naming.
#pragma once

#include "wayside/metrics/buckets.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/observation.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace wayside::metrics {

// A histogram within a block.
struct HistogramPlace {
  const Buckets* buckets = nullptr;  // nullptr: there is no such histogram
  std::uint32_t offset = 0;          // of the first place

  std::uint32_t sum_offset() const noexcept { return offset; }
  std::uint32_t bucket_offset(std::size_t bucket) const noexcept {
    return offset + 1 + static_cast<std::uint32_t>(bucket);
  }
};

// What is counted at an endpoint: in each of its cells, one for each variant and method; in each status of a
// cell; and in its streams. Places point into the layout itself, so it stays where it was made.
class EndpointLayout {
 public:
  // `durations_by_status`: each status of a cell has a duration histogram too.
  EndpointLayout(const EndpointOptions& options, bool durations_by_status);
  EndpointLayout(const EndpointLayout&) = delete;
  EndpointLayout& operator=(const EndpointLayout&) = delete;

  // A cell.
  static constexpr std::uint32_t kRequestBytes = 0;
  static constexpr std::uint32_t kResponseBytes = 1;
  const EndpointOptions options;
  HistogramPlace duration;
  std::uint32_t aborts = 0;    // kAbortPhaseCount places
  std::uint32_t slo_good = 0;  // meaningful where options.slo is set, as is the next
  std::uint32_t slo_total = 0;
  std::array<HistogramPlace, kExtraHistogramCount> extras;
  std::uint32_t cell_size = 0;
  std::size_t cell_series = 0;
  // Whether every exchange has more to count than its duration, its bodies and its status.
  bool is_extended = false;

  // A status: the count at offset 0, then perhaps the histogram.
  HistogramPlace status_duration;
  std::uint32_t status_size = 0;
  std::size_t status_series = 0;

  // The streams of one kind.
  static constexpr std::uint32_t kStreamActive = 0;
  static constexpr std::uint32_t kStreamBytesFromClient = 1;
  static constexpr std::uint32_t kStreamBytesFromBackend = 2;
  HistogramPlace stream_duration;
  std::uint32_t stream_size = 0;
  std::size_t stream_series = 0;

  // Beside its cells and streams: the client aborts, one series for each phase.
  static constexpr std::size_t kEndpointSeries = kAbortPhaseCount;

 private:
  Buckets size_buckets_;
  Buckets stream_buckets_;
};

// What a worker counts that belongs to no endpoint.
class WorkerLayout {
 public:
  WorkerLayout(std::size_t backend_error_reasons, std::size_t rejection_reasons);
  WorkerLayout(const WorkerLayout&) = delete;
  WorkerLayout& operator=(const WorkerLayout&) = delete;

  // The first places are the same in every process.
  static constexpr std::uint32_t kInFlight = 0;
  static constexpr std::uint32_t kClientConnections = 1;
  static constexpr std::uint32_t kBackendIdle = 2;
  static constexpr std::uint32_t kBackendActive = 3;
  static constexpr std::uint32_t kBackendConnects = 4;
  static constexpr std::uint32_t kBackendRetries = 5;
  static constexpr std::uint32_t kOverflowed = 6;
  static constexpr std::uint32_t kLogDropped = 7;
  static constexpr std::uint32_t kClientsEvicted = 8;
  static constexpr std::uint32_t kBackendQueue = 9;
  static constexpr std::uint32_t kBackendQueued = 10;
  static constexpr std::uint32_t kFixedPlaces = 11;

  HistogramPlace overhead;
  std::uint32_t backend_errors = 0;  // a place for each reason
  std::uint32_t rejections = 0;      //
  std::uint32_t size = 0;

 private:
  Buckets overhead_buckets_;
};

}  // namespace wayside::metrics
