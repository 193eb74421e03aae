// The busiest paths without a route, through one worker, in bounded memory.
//
// Paths with the same guessed template are one entry, since the page suggests templates. Entries are kept by
// the space-saving algorithm (Metwally, Agrawal and El Abbadi 2005): a new one replaces the least busy entry
// and inherits its count as a possible error. So every template with more than one in kCapacity of all
// unmatched requests has an entry.
//
// Written by the worker without locks or allocations, read by the inspector at any time.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/method.hpp"
#include "wayside/base/seqlock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace wayside::inspector {

struct UnmatchedPath {
  static constexpr std::size_t kMaxText = 120;  // in bytes; longer texts are cut
  static constexpr std::size_t kMaxStatuses = 4;

  std::uint64_t count = 0;
  std::uint64_t error = 0;  // the part of `count` that may belong to other paths
  TimePoint first_seen{};
  TimePoint last_seen{};
  MethodSet methods;
  std::array<std::uint16_t, kMaxStatuses> statuses{};  // the first different ones; 0: none
  bool is_guessed = true;  // false: no template is made for the target, see routes/unmatched.hpp
  std::uint8_t template_size = 0;
  std::uint8_t path_size = 0;
  std::array<char, kMaxText> template_text{};
  std::array<char, kMaxText> path_text{};

  // A template that matches the path; where none is guessed, the path as far as it is kept.
  std::string_view suggestion() const noexcept { return {template_text.data(), template_size}; }
  // The first of the paths, as the client sent it.
  std::string_view example() const noexcept { return {path_text.data(), path_size}; }
};

class UnmatchedPaths {
 public:
  static constexpr std::size_t kCapacity = 128;

  // Identifies the request until it is answered. A default-constructed ticket identifies none.
  struct Ticket {
    std::uint32_t entry = kCapacity;
    std::uint32_t generation = 0;
  };

  // Counts a request, and the status of its response. The worker only. Never allocates.
  Ticket saw(std::string_view target, Method method, TimePoint now) noexcept;
  void answered(Ticket ticket, unsigned status) noexcept;

  // The entries, in no order. Any thread. Throws std::bad_alloc.
  std::vector<UnmatchedPath> read() const;

 private:
  std::size_t find_or_replace(std::string_view suggestion, bool is_guessed, std::string_view target,
                              TimePoint now) noexcept;

  // The worker's; readers see the copies in published_.
  std::array<std::uint64_t, kCapacity> hashes_{};  // of the suggestions, for a quick search
  std::array<std::uint64_t, kCapacity> counts_{};
  std::array<std::uint32_t, kCapacity> generations_{};
  std::array<UnmatchedPath, kCapacity> entries_{};

  std::array<Seqlock<UnmatchedPath>, kCapacity> published_{};
};

}  // namespace wayside::inspector
