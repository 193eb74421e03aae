// What all shards together had counted at one moment.
//
// Plain values: a snapshot keeps its meaning while the workers count on, so that several families, or the
// same numbers under several namings, agree within one scrape. Keep one and fill it again: its memory is
// reused. Which value means what is the catalogue's to know.
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
  std::vector<std::uint64_t> values;      // by ValueIndex; what is beyond its end is 0
  std::vector<BucketExemplar> exemplars;  // in ascending order of buckets, each at most once
};

}  // namespace wayside::metrics
