// What all shards together had counted at one moment, in the order in which it is exposed.
//
// Plain values: a snapshot keeps its meaning while the workers count on, so that several families, or the
// same numbers under several namings, agree within one scrape. Keep one and fill it again: its memory is
// reused.
#pragma once

#include "wayside/base/method.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wayside::metrics {

// Index of a distinct label text in its registry, in ascending order of the texts. Not an EndpointId: several
// endpoints may share one label, and then they are one series.
using LabelIndex = std::uint32_t;

// Exchanges that ended under one (endpoint label, status, method).
struct CountSample {
  LabelIndex label = 0;
  std::uint16_t status = 0;
  Method method = Method::kOther;
  std::uint64_t count = 0;
};

// Latencies under one (endpoint label, method). The counts of its buckets are elsewhere: see Snapshot.
struct DurationSample {
  LabelIndex label = 0;
  Method method = Method::kOther;
  std::uint64_t sum_ns = 0;
};

struct Snapshot {
  std::vector<CountSample> counts;        // ordered by label, status, method name
  std::vector<DurationSample> durations;  // ordered by label, method name
  std::vector<std::uint64_t>
      bucket_counts;  // Buckets::size() for each of `durations`, in its order; not cumulated
  std::int64_t in_flight = 0;
};

}  // namespace wayside::metrics
