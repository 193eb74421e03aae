#include "metrics/series_texts.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace wayside::metrics {
namespace {

constexpr unsigned kFirstStatus = 100;  // what is below is a class: see StatusRecord

// "404", or "4xx".
std::string status_text(std::uint16_t status) {
  return std::to_string(status) + (status < kFirstStatus ? "xx" : "");
}

constexpr std::array<std::string_view, kAbortPhaseCount> kPhases = {"request", "waiting", "response"};
constexpr std::array<std::string_view, kStreamKindCount> kKinds = {"events", "upgrade"};

// Sorts the indices of `records` by `key_of`, which is asked once for each.
template <class Records, class KeyOf>
void sort_indices(const Records& records, std::vector<std::uint32_t>& indices, KeyOf key_of) {
  if (indices.size() == records.size()) return;
  indices.resize(records.size());
  std::iota(indices.begin(), indices.end(), 0U);
  std::vector<decltype(key_of(*records.front()))> keys;
  keys.reserve(records.size());
  for (const auto* record : records)
    keys.push_back(key_of(*record));
  std::ranges::sort(
      indices, {}, [&](std::uint32_t index) -> const auto& { return keys[index]; });
}

}  // namespace

void SeriesOrder::update() {
  catalogue_.update(records_);
  sort_indices(records_.cells, cells_, [&](const CellRecord& cell) {
    return std::tuple(label(cell.endpoint), method_label(cell.method), cell.variant);
  });
  sort_indices(records_.statuses, statuses_, [&](const StatusRecord& status) {
    return std::tuple(label(status.cell->endpoint), status.status, method_label(status.cell->method),
                      status.cell->variant);
  });
  sort_indices(records_.streams, streams_,
               [&](const StreamRecord& stream) { return std::tuple(label(stream.endpoint), stream.kind); });
}

std::span<const std::string> BoundTexts::of(const Buckets& buckets) {
  const auto [entry, is_new] = texts_.try_emplace(&buckets);
  if (is_new) {
    for (const std::int64_t bound : buckets.bounds())
      append_value(entry->second.emplace_back(), buckets.exposed(static_cast<double>(bound)));
    entry->second.emplace_back("+Inf");
  }
  return entry->second;
}

LabelSet ExchangeTexts::labels_of(const CellRecord& cell) const {
  LabelSet labels;
  labels.add(names_.endpoint, order_.label(cell.endpoint));
  labels.add(names_.method, names_.text_of(cell.method));
  // The last label is the lowest digit of the variant: see add_choice().
  std::size_t rest = cell.variant;
  for (std::size_t i = extra_labels_.size(); i-- > 0;) {
    const ExtraLabel& extra = extra_labels_[i];
    labels.add(renamed_label(extra.name, renaming_), extra.text(rest % extra.choice_count()));
    rest /= extra.choice_count();
  }
  return labels;
}

void ExchangeTexts::update() {
  const Catalogue::Records& records = order_.records();
  while (cells_.size() < records.cells.size())
    cells_.push_back(labels_of(*records.cells[cells_.size()]).around_bound());
  while (statuses_.size() < records.statuses.size()) {
    const StatusRecord& status = *records.statuses[statuses_.size()];
    LabelSet labels = labels_of(*status.cell);
    labels.add(names_.status, status_text(status.status));
    if (names_.durations_by_status) {
      statuses_.push_back(labels.around_bound());
    } else {
      statuses_.push_back({{}, {}, labels.text()});
    }
  }
}

void EndpointTexts::update() {
  const Catalogue::Records& records = order_.records();
  while (streams_.size() < records.streams.size()) {
    const StreamRecord& record = *records.streams[streams_.size()];
    LabelSet labels;
    labels.add(names_.endpoint, order_.label(record.endpoint));
    labels.add(names_.kind, kKinds[static_cast<std::size_t>(record.kind)]);
    const auto with_direction = [&](std::string_view direction) {
      return LabelSet(labels).add(names_.direction, direction).text();
    };
    streams_.push_back(
        {labels.around_bound(), with_direction("from_client"), with_direction("from_backend")});
  }

  const std::span<const std::uint32_t> cells = order_.cells();
  if (grouped_cells_ == cells.size()) return;
  grouped_cells_ = cells.size();
  groups_.clear();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const EndpointId endpoint = records.cells[cells[i]]->endpoint;
    if (i != 0 && records.cells[cells[i - 1]]->endpoint == endpoint) {
      groups_.back().end = i + 1;
      continue;
    }
    Group& group = groups_.emplace_back();
    group.begin = i;
    group.end = i + 1;
    for (std::size_t phase = 0; phase < kAbortPhaseCount; ++phase) {
      LabelSet labels;
      labels.add(names_.endpoint, order_.label(endpoint)).add(names_.phase, kPhases[phase]);
      group.aborts[phase] = labels.text();
    }
  }
}

}  // namespace wayside::metrics
