// The sums of the counts of all shards at one moment.
//
// Plain values: a snapshot keeps its meaning while the workers count on, so that several families, and the
// same numbers under several namings, agree within one scrape. A snapshot that is filled again reuses its
// memory. The series registry says what each value means.
#pragma once

#include "metrics/block.hpp"
#include "metrics/exemplar.hpp"

#include <cstdint>
#include <vector>

namespace wayside::metrics {

// The newest exemplar of a bucket.
struct BucketExemplar {
  ValueIndex bucket = 0;
  Exemplar exemplar;
};

struct Snapshot {
  std::vector<std::uint64_t> values;      // by ValueIndex; values beyond the end are 0
  std::vector<BucketExemplar> exemplars;  // in ascending order of buckets, each at most once
};

}  // namespace wayside::metrics
