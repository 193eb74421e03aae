// Bounds on the memory and time that the routes of a configuration may take.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wayside::routes {

struct Limits {
  // Templates, those of an OpenAPI document included: one for each prefix of its servers and each combination
  // of optional parts. The largest published documents have half as many paths.
  std::size_t routes = 20'000;
  // The size of an OpenAPI document, in bytes, which is held in memory while it is read. The largest
  // published ones have 47 MB, and 73 MB with all references resolved.
  std::size_t openapi_size = std::size_t{128} << 20U;
  // The memory of all templates, in bytes: their texts, segments and automata. 20,000 templates of five
  // segments take half of it.
  std::size_t memory = std::size_t{64} << 20U;

  friend bool operator==(const Limits&, const Limits&) = default;
};

// For routes that have been checked against their limits.
inline constexpr Limits kNoLimits{SIZE_MAX, SIZE_MAX, SIZE_MAX};

}  // namespace wayside::routes
