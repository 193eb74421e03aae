// Reads what the workers count for the process as a whole.
#pragma once

#include "wayside/metrics/history.hpp"
#include "wayside/metrics/registry.hpp"

#include "metrics/snapshot.hpp"

#include <cstdint>
#include <span>

namespace wayside::metrics {

// `snapshot` has all values of the workers, and `growth` how much those grew in the window. The texts are
// valid as long as the registry. Throws std::bad_alloc.
ProcessCounts read_process_counts(const Registry& registry, const Snapshot& snapshot,
                                  std::span<const std::uint64_t> growth);

}  // namespace wayside::metrics
