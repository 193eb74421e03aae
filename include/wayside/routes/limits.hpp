// Bounds on what a configuration may cost before it is in force.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wayside::routes {

struct Limits {
  // Templates, those of an OpenAPI document included, counted once for each prefix of its servers and once
  // for each combination of optional parts. The largest documents that are published have half as many paths.
  std::size_t routes = 20'000;
  // Of an OpenAPI document, in bytes. The largest that are published have 12 MB. Reading it takes 40 times as
  // much memory, for a while, and up to 240 times where its values have one letter each.
  std::size_t openapi_size = std::size_t{16} << 20U;
  // What all templates take, in bytes: their text, segments and automata. 20,000 of five segments take half
  // of it.
  std::size_t memory = std::size_t{64} << 20U;

  friend bool operator==(const Limits&, const Limits&) = default;
};

// For routes that were held to their limits before.
inline constexpr Limits kNoLimits{SIZE_MAX, SIZE_MAX, SIZE_MAX};

}  // namespace wayside::routes
