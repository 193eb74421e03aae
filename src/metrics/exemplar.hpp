// Exemplars: for a bucket, one observation that fell into it and the trace that it belongs to.
#pragma once

#include "wayside/base/seqlock.hpp"
#include "wayside/metrics/observation.hpp"

#include <cstdint>
#include <vector>

namespace wayside::metrics {

struct Exemplar {
  TraceContext trace;
  std::int64_t value = 0;         // in the unit of its histogram
  std::int64_t timestamp_ns = 0;  // since the Unix epoch
};

// One slot for each of the first values of a block; only those of buckets are used. Written by a worker and
// read by the scrape, which goes without an exemplar that it finds being written again and again.
using ExemplarSlots = std::vector<Seqlock<Exemplar>>;

}  // namespace wayside::metrics
