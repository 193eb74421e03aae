// Labels beyond endpoint, method and status: each takes its value from a list in the configuration.
//
// A client chooses among the values and can never add one, so the number of series is bounded. Each
// combination of values is a Variant, and each variant of an endpoint has its series. The source of a value
// (a header field) is not known here.
#pragma once

#include "wayside/metrics/observation.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

struct ExtraLabel {
  std::string name;
  std::vector<std::string> values;  // distinct, none of them `other`
  std::string other = "other";      // for every other value, and where there is no value

  // 0 for `other`, i + 1 for values[i]. Searches the list, which is short, from its beginning.
  std::size_t choice(std::string_view value) const noexcept {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == value) return i + 1;
    }
    return 0;
  }
  std::size_t choice_count() const noexcept { return values.size() + 1; }
  std::string_view text(std::size_t choice) const noexcept {
    return choice == 0 ? other : values[choice - 1];
  }

  friend bool operator==(const ExtraLabel&, const ExtraLabel&) = default;
};

// The most combinations that a list of labels may have.
inline constexpr std::size_t kMaxVariants = 1000;

// The number of combinations; at least kMaxVariants + 1 where there are more.
inline std::size_t variant_count(std::span<const ExtraLabel> labels) noexcept {
  std::size_t count = 1;
  for (const ExtraLabel& label : labels) {
    count *= label.choice_count();
    if (count > kMaxVariants) return kMaxVariants + 1;
  }
  return count;
}

// Appends a digit to a variant, which is a number in a mixed radix with the last label as its lowest digit.
// To be called for each label in turn, starting from 0; add_transport() comes last.
inline Variant add_choice(Variant so_far, const ExtraLabel& label, std::size_t choice) noexcept {
  return static_cast<Variant>(so_far * label.choice_count() + choice);
}

}  // namespace wayside::metrics
