// The busiest paths that no route matched, through one worker, in bounded memory.
//
// Paths of one guessed template are one entry: what is wanted is the template that is missing. Entries are
// kept by the space-saving algorithm (Metwally, Agrawal and El Abbadi 2005): a newcomer takes the place of
// the least busy entry and inherits its count as a possible error. Whatever makes up more than one in
// kCapacity of all unmatched requests is therefore there.
//
// Written by the worker without locks and allocations, read by the inspector at any time.
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
  static constexpr std::size_t kMaxText = 120;  // bytes that are kept of a text
  static constexpr std::size_t kMaxStatuses = 4;

  std::uint64_t count = 0;
  std::uint64_t error = 0;  // so many of `count` may have been other paths
  TimePoint first_seen{};
  TimePoint last_seen{};
  MethodSet methods;
  std::array<std::uint16_t, kMaxStatuses> statuses{};  // the first different ones; 0: none
  bool is_guessed = true;  // otherwise the path is too long for a template, or has none
  std::uint8_t template_size = 0;
  std::uint8_t path_size = 0;
  std::array<char, kMaxText> template_text{};
  std::array<char, kMaxText> path_text{};

  // What would match it, ready to be a route; where it is not guessed, what is kept of the path.
  std::string_view suggestion() const noexcept { return {template_text.data(), template_size}; }
  // The first such path that was seen, as the client sent it.
  std::string_view example() const noexcept { return {path_text.data(), path_size}; }
};

class UnmatchedPaths {
 public:
  static constexpr std::size_t kCapacity = 128;

  // Stands for the request until it is answered. The default one stands for none.
  struct Ticket {
    std::uint32_t entry = kCapacity;
    std::uint32_t generation = 0;
  };

  // The worker only. Never allocates.
  Ticket saw(std::string_view target, Method method, TimePoint now) noexcept;
  void answered(Ticket ticket, unsigned status) noexcept;

  // Any thread: the entries, in no order. Allocates.
  std::vector<UnmatchedPath> read() const;

 private:
  std::size_t find_or_replace(std::string_view suggestion, std::string_view target, TimePoint now) noexcept;

  // The worker's own; what is published is a copy.
  std::array<std::uint64_t, kCapacity> hashes_{};  // of the suggestions, looked through at each request
  std::array<std::uint64_t, kCapacity> counts_{};
  std::array<std::uint32_t, kCapacity> generations_{};
  std::array<UnmatchedPath, kCapacity> entries_{};

  std::array<Seqlock<UnmatchedPath>, kCapacity> published_{};
};

}  // namespace wayside::inspector
