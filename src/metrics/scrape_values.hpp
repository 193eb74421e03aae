// The values of the families of Scope::kScrape, as one scrape shows them.
#pragma once

#include "wayside/metrics/family_slot.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace wayside::metrics {

// A family of Scope::kScrape, by its name in metrics/families.hpp.
class ScrapeFamily {
 public:
  consteval ScrapeFamily(const char* family) : id_(find_family(family).value()) {
    if (kFamilies[id_].scope != Scope::kScrape) std::optional<FamilyId>().value();
  }
  constexpr FamilyId id() const noexcept { return id_; }

 private:
  FamilyId id_;
};

class ScrapeValues {
 public:
  // Series by their labels, as LabelSet::text() has them.
  using Series = std::map<std::string, double>;
  struct Value {
    std::variant<std::monostate, std::uint64_t, double, Series> number;  // monostate: the family is left out
    std::string labels = " ";                                            // as LabelSet::text() has them
  };

  void set(ScrapeFamily family, std::uint64_t number) { values_[family.id()].number = number; }
  void set(ScrapeFamily family, double number) { values_[family.id()].number = number; }
  template <class Number>
  void set(ScrapeFamily family, const std::optional<Number>& number) {
    if (number) set(family, *number);
  }
  // No series: the family is left out.
  void set(ScrapeFamily family, Series series) {
    if (!series.empty()) values_[family.id()].number = std::move(series);
  }
  void set_labels(ScrapeFamily family, std::string labels) {
    values_[family.id()].labels = std::move(labels);
  }

  const Value& operator[](FamilyId id) const noexcept { return values_[id]; }

 private:
  std::array<Value, kFamilyCount> values_;
};

}  // namespace wayside::metrics
