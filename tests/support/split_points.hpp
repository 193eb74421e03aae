// The ways in which bytes can arrive: whole, split in two at every point, and one at a time.
//
// A unit that takes bytes piece by piece must come to the same result in each way.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace wayside::test {

using Pieces = std::vector<std::string_view>;

inline Pieces single_bytes(std::string_view bytes) {
  Pieces pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    pieces.push_back(bytes.substr(i, 1));
  return pieces;
}

// Quadratic: for long inputs use single_bytes alone.
inline std::vector<Pieces> all_splits(std::string_view bytes) {
  std::vector<Pieces> splits = {{bytes}, single_bytes(bytes)};
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    splits.push_back({bytes.substr(0, at), bytes.substr(at)});
  }
  return splits;
}

}  // namespace wayside::test
