// What every fuzz target needs: its input as text, and a way to say that a promise was broken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// The function that a target is. Called with one input after another; every one of them starts from nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace wayside::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the process unless `holds`, which the fuzzer takes for a finding. `promise` is a sentence about the
// code under test.
inline void require(bool holds, const char* promise) noexcept {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace wayside::fuzz
