// Where the values of a family stand, found from the family's name at compile time.
//
// A name, type or label value that metrics/families.hpp does not have does not compile; at run time a slot is
// an index. As parameters these types take the names themselves:
//
//     shard.add("wayside_backend_retries_total");
//     shard.change({"wayside_backend_connections", "idle"}, -1);
#pragma once

#include "wayside/metrics/families.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wayside::metrics {

// The scope whose blocks hold the family's values.
constexpr Scope block_of(const Family& family) noexcept {
  return family.scope == Scope::kEndpoint ? Scope::kMethod : family.scope;
}

constexpr std::size_t is_histogram(const Family& family) noexcept {
  return family.type == FamilyType::kHistogram ? 1 : 0;
}
constexpr std::size_t is_listed(const Family& family) noexcept {
  return family.is_listed() ? 1 : 0;
}
// How many values the family has in each block: one for each value of its label. 0 for a histogram and for a
// label with listed values, whose number is known at run time only.
constexpr std::size_t fixed_value_count(const Family& family) noexcept {
  if (is_histogram(family) != 0 || family.is_listed()) return 0;
  return std::max<std::size_t>(1, family.label.value_count());
}

// The sum of `count_of` over the families of a block that stand before `end` in the table.
constexpr std::size_t sum_before(FamilyId end, Scope block, std::size_t (*count_of)(const Family&)) noexcept {
  std::size_t sum = 0;
  for (FamilyId id = 0; id < end; ++id)
    sum += block_of(kFamilies[id]) == block ? count_of(kFamilies[id]) : 0;
  return sum;
}
constexpr std::size_t sum_before(FamilyId id, std::size_t (*count_of)(const Family&)) noexcept {
  return sum_before(id, block_of(kFamilies[id]), count_of);
}

// The offset of the family's first fixed value. A block begins with its fixed values, those of the last row
// first: each exchange updates the first rows of its scope, which so stand beside the first histogram.
constexpr std::size_t fixed_offset(FamilyId id) noexcept {
  return sum_before(kFamilyCount, block_of(kFamilies[id]), fixed_value_count) -
         sum_before(id + 1, block_of(kFamilies[id]), fixed_value_count);
}

// By the name under any naming.
constexpr std::optional<FamilyId> find_family(std::string_view name) noexcept {
  if (name.empty()) return std::nullopt;
  for (FamilyId id = 0; id < kFamilyCount; ++id) {
    const Family& family = kFamilies[id];
    for (const std::string_view known :
         {family.own.name, family.http.name, family.flask.name, family.otel.name}) {
      if (known == name) return id;
    }
  }
  return std::nullopt;
}

// The family of that name, if its values are in that block and it is of that type.
constexpr std::optional<FamilyId> find_family(std::string_view name, Scope block, FamilyType type) noexcept {
  const auto id = find_family(name);
  return id && block_of(kFamilies[*id]) == block && kFamilies[*id].type == type ? id : std::nullopt;
}

// The offset of a fixed value. `label_value` is empty where the family has no label.
constexpr std::optional<std::size_t> find_fixed_value(std::string_view name, std::string_view label_value,
                                                      Scope block, FamilyType type) noexcept {
  const auto id = find_family(name, block, type);
  if (!id || fixed_value_count(kFamilies[*id]) == 0) return std::nullopt;
  const Label& label = kFamilies[*id].label;
  const std::size_t offset = fixed_offset(*id);
  if (label.name.empty()) return label_value.empty() ? std::optional(offset) : std::nullopt;
  for (std::size_t i = 0; i < label.value_count(); ++i) {
    if (label.values[i] == label_value) return offset + i;
  }
  return std::nullopt;
}

// A counter or a gauge, or one value of its label.
template <Scope kBlock, FamilyType kType>
class FixedSlot {
 public:
  consteval FixedSlot(const char* family, const char* label_value = "")
      : offset_(find_fixed_value(family, label_value, kBlock, kType).value()) {}
  // In the block.
  constexpr operator std::size_t() const noexcept { return offset_; }

 private:
  std::size_t offset_;
};

using WorkerCounter = FixedSlot<Scope::kWorker, FamilyType::kCounter>;
using WorkerGauge = FixedSlot<Scope::kWorker, FamilyType::kGauge>;

// A workers' counter whose label takes listed values.
class ListedCounter {
 public:
  consteval ListedCounter(const char* family)
      : family_(find_family(family, Scope::kWorker, FamilyType::kCounter).value()),
        ordinal_(sum_before(family_, is_listed)) {
    if (!kFamilies[family_].is_listed()) std::optional<FamilyId>().value();
  }
  constexpr FamilyId family() const noexcept { return family_; }
  // Among the families with listed values.
  constexpr std::size_t ordinal() const noexcept { return ordinal_; }

 private:
  FamilyId family_;
  std::size_t ordinal_;
};

inline constexpr std::size_t kListCount = sum_before(kFamilyCount, Scope::kWorker, is_listed);
static_assert(kListCount == static_cast<std::size_t>(std::ranges::count(kFamilies, true, &Family::is_listed)),
              "listed values are counted by workers");

}  // namespace wayside::metrics
