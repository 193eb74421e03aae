// A few sums over all endpoints, for a line about the whole process.
#pragma once

#include "wayside/metrics/registry.hpp"

#include <cstdint>
#include <memory>

namespace wayside::metrics {

// Excluded routes are in `in_flight` alone.
struct Totals {
  std::uint64_t requests = 0;       // that ended
  std::uint64_t server_errors = 0;  // those of them that are errors: see metrics/server_error.hpp
  std::uint64_t in_flight = 0;      // streams included
  std::uint64_t streams = 0;        // active ones
};

// One thread at a time, while the workers count. Keeps its memory from sum to sum.
class TotalsReader {
 public:
  // `registry` outlives the reader.
  explicit TotalsReader(const Registry& registry);
  ~TotalsReader();
  TotalsReader(const TotalsReader&) = delete;
  TotalsReader& operator=(const TotalsReader&) = delete;

  // Throws std::bad_alloc.
  Totals read();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::metrics
