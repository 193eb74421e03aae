// The label text of every series that there is, made once, and the order in which series are exposed.
//
// Follows the catalogue: update() takes in what is new. Holds no numbers.
#pragma once

#include "wayside/metrics/extra_label.hpp"

#include "metrics/catalogue.hpp"
#include "metrics/label_set.hpp"
#include "metrics/names.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

// The order of cells: by label, method name and variant. Of statuses: by label, status, method name and
// variant. Of streams: by label and kind.
class SeriesOrder {
 public:
  explicit SeriesOrder(const Catalogue& catalogue) : catalogue_(catalogue) {}

  // Takes in new records. Indices in `records` stay what they are.
  void update();

  const Catalogue::Records& records() const noexcept { return records_; }
  std::span<const std::uint32_t> cells() const noexcept { return cells_; }
  std::span<const std::uint32_t> statuses() const noexcept { return statuses_; }
  std::span<const std::uint32_t> streams() const noexcept { return streams_; }

  std::string_view label(EndpointId endpoint) const { return catalogue_.label(endpoint); }

 private:
  const Catalogue& catalogue_;
  Catalogue::Records records_;
  std::vector<std::uint32_t> cells_;  // indices in records_, in their order
  std::vector<std::uint32_t> statuses_;
  std::vector<std::uint32_t> streams_;
};

// The values of `le` for each set of buckets.
class BoundTexts {
 public:
  // `buckets` outlives this. The result is valid as long as this.
  std::span<const std::string> of(const Buckets& buckets);

 private:
  std::map<const Buckets*, std::vector<std::string>> texts_;
};

// The texts of one naming.
class ExchangeTexts {
 public:
  // All outlive the texts.
  ExchangeTexts(const SeriesOrder& order, const ExchangeNames& names,
                std::span<const ExtraLabel> extra_labels, const Renaming& renaming)
      : order_(order), names_(names), extra_labels_(extra_labels), renaming_(renaming) {}

  // After SeriesOrder::update.
  void update();

  // By the indices of the records.
  const HistogramLabels& cell(std::size_t index) const noexcept { return cells_[index]; }
  const HistogramLabels& status(std::size_t index) const noexcept { return statuses_[index]; }

 private:
  LabelSet labels_of(const CellRecord& cell) const;

  const SeriesOrder& order_;
  const ExchangeNames& names_;
  const std::span<const ExtraLabel> extra_labels_;
  const Renaming& renaming_;
  std::vector<HistogramLabels> cells_;
  std::vector<HistogramLabels> statuses_;  // only .labels, unless names_.durations_by_status
};

// The texts of what belongs to an endpoint and to no naming.
class EndpointTexts {
 public:
  struct Stream {
    HistogramLabels labels;
    std::string from_client;  // the labels of the bytes
    std::string from_backend;
  };
  // Cells of one endpoint, which stand together in SeriesOrder::cells().
  struct Group {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::array<std::string, kAbortPhaseCount> aborts;  // by AbortPhase
  };

  // Both outlive the texts.
  EndpointTexts(const SeriesOrder& order, const ServiceNames& names) : order_(order), names_(names) {}

  // After SeriesOrder::update.
  void update();

  std::span<const Group> groups() const noexcept { return groups_; }
  // By the index of the record.
  const Stream& stream(std::size_t index) const noexcept { return streams_[index]; }

 private:
  const SeriesOrder& order_;
  const ServiceNames& names_;
  std::vector<Group> groups_;
  std::size_t grouped_cells_ = 0;
  std::vector<Stream> streams_;
};

}  // namespace wayside::metrics
