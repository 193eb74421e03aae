// The text of one naming: the names of its families, and the label text of its series, each made once.
#pragma once

#include "wayside/metrics/extra_label.hpp"
#include "wayside/metrics/families.hpp"

#include "metrics/label_set.hpp"
#include "metrics/series_registry.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

class NamingText {
 public:
  // Without a naming: of the families that have one name whatever the namings. All arguments outlive this.
  NamingText(std::optional<Naming> naming, const Renaming& renaming, std::span<const ExtraLabel> extra_labels,
             const SeriesRegistry& series);

  // Empty: this naming has no such family.
  const std::string& name(FamilyId id) const noexcept { return names_[id]; }
  bool shows_zeros() const noexcept { return !naming_ || metrics::shows_zeros(*naming_); }
  std::string_view help(FamilyId id) const noexcept {
    return naming_ ? kFamilies[id].in(*naming_).help : kFamilies[id].own.help;
  }

  // How many neighbouring variants one series of the family adds up: those that differ in labels which the
  // family does not have under this naming.
  std::size_t variants_of_series(FamilyId id) const noexcept;

  // The labels of the family's series that has the child at `index` among those of its scope.
  const std::string& labels(FamilyId id, const Child& child, std::size_t index) {
    return cached(id, child, index).labels;
  }
  const HistogramLabels& histogram_labels(FamilyId id, const Child& child, std::size_t index);
  // The same with one value of the family's own label. In families of Scope::kEndpoint `child` is any of the
  // endpoint's, and `index` the endpoint.
  const std::string& labels_with(FamilyId id, std::size_t value, const Child& child, std::size_t index);
  // One value of a label alone.
  std::string label_alone(const Label& label, std::string_view value) const;

 private:
  TransportLabels transport_labels(FamilyId id) const noexcept;
  HistogramLabels& cached(FamilyId id, const Child& child, std::size_t index);
  LabelSet labels_of(const ChildKey& key, Scope scope, TransportLabels transport) const;

  const std::optional<Naming> naming_;
  const Renaming& renaming_;
  const std::span<const ExtraLabel> extra_labels_;
  const SeriesRegistry& series_;
  std::array<std::string, kFamilyCount> names_;
  // Empty text: not made yet.
  std::array<std::array<std::vector<HistogramLabels>, kTransportLabelsCount>, kChildScopeCount> children_;
  std::array<std::vector<std::string>, kFamilyCount> with_values_;  // by index * number of values + value
};

}  // namespace wayside::metrics
