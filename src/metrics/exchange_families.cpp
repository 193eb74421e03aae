#include "metrics/exchange_families.hpp"

#include "metrics/series_texts.hpp"
#include "metrics/snapshot.hpp"
#include "metrics/text_writer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace wayside::metrics {
namespace {

// The exemplars of one histogram, by bucket: what TextWriter::histogram wants.
class ExemplarRow {
 public:
  std::span<const Exemplar* const> find(const Snapshot& snapshot, ValueIndex first_bucket, std::size_t size) {
    const auto begin =
        std::ranges::lower_bound(snapshot.exemplars, first_bucket, {}, &BucketExemplar::bucket);
    if (begin == snapshot.exemplars.end() || begin->bucket >= first_bucket + size) return {};
    std::fill_n(row_.begin(), size, nullptr);
    for (auto each = begin; each != snapshot.exemplars.end() && each->bucket < first_bucket + size; ++each)
      row_[each->bucket - first_bucket] = &each->exemplar;
    return std::span(row_).first(size);
  }

 private:
  std::array<const Exemplar*, Buckets::kMaxBounds + 1> row_{};
};

class ExchangeWriter {
 public:
  ExchangeWriter(const ExchangeSource& source, TextWriter& writer)
      : source_(source), values_(source.snapshot.values), writer_(writer) {}

  void write() {
    write_requests();
    source_.names.durations_by_status ? write_durations_by_status() : write_durations();
    if (open(ExchangeFamily::kInFlight)) {
      const auto in_flight = static_cast<std::int64_t>(values_[WorkerLayout::kInFlight]);
      writer_.sample(" ", static_cast<double>(in_flight));
    }
    write_cells(ExchangeFamily::kRequestBytes,
                [](const EndpointLayout&) { return std::optional(EndpointLayout::kRequestBytes); });
    write_cells(ExchangeFamily::kResponseBytes,
                [](const EndpointLayout&) { return std::optional(EndpointLayout::kResponseBytes); });
    if (has_slo()) {
      write_cells(ExchangeFamily::kSloGood, [](const EndpointLayout& layout) {
        return layout.options.slo ? std::optional(layout.slo_good) : std::nullopt;
      });
      write_cells(ExchangeFamily::kSloTotal, [](const EndpointLayout& layout) {
        return layout.options.slo ? std::optional(layout.slo_total) : std::nullopt;
      });
    }
    write_extra(ExchangeFamily::kBackendTtfb, ExtraHistogram::kBackendTtfb);
    write_extra(ExchangeFamily::kQueue, ExtraHistogram::kQueue);
    write_extra(ExchangeFamily::kRequestSize, ExtraHistogram::kRequestSize);
    write_extra(ExchangeFamily::kResponseSize, ExtraHistogram::kResponseSize);
  }

 private:
  bool open(ExchangeFamily id) {
    const Family& family = source_.names[id];
    return !family.name.empty() && writer_.family(family.name, family.type, family.help);
  }

  const Catalogue::Records& records() const { return source_.order.records(); }

  // Families that nobody asked for are left out wholly, rather than shown without samples.
  bool has_slo() const {
    return std::ranges::any_of(records().cells,
                               [](const CellRecord* cell) { return cell->layout->options.slo.has_value(); });
  }
  bool has_extra(ExtraHistogram extra) const {
    return std::ranges::any_of(records().cells, [extra](const CellRecord* cell) {
      return cell->layout->options.extras.contains(extra);
    });
  }

  void write_requests() {
    if (!open(ExchangeFamily::kRequests)) return;
    for (const std::uint32_t index : source_.order.statuses()) {
      writer_.sample(source_.texts.status(index).labels, values_[records().statuses[index]->values.first]);
    }
  }

  // Calls offset_of for the place of a cell's value in its block; nothing: the cell has none.
  template <class OffsetOf>
  void write_cells(ExchangeFamily family, OffsetOf offset_of) {
    if (!open(family)) return;
    for (const std::uint32_t index : source_.order.cells()) {
      const CellRecord& cell = *records().cells[index];
      if (const auto offset = offset_of(*cell.layout)) {
        writer_.sample(source_.texts.cell(index).labels, values_[cell.values.first + *offset]);
      }
    }
  }

  void write_durations() {
    if (!open(ExchangeFamily::kDuration)) return;
    for (const std::uint32_t index : source_.order.cells()) {
      const CellRecord& cell = *records().cells[index];
      write_histogram(source_.texts.cell(index), cell.layout->duration, cell.values.first);
    }
  }

  void write_durations_by_status() {
    if (!open(ExchangeFamily::kDuration)) return;
    for (const std::uint32_t index : source_.order.statuses()) {
      const StatusRecord& status = *records().statuses[index];
      const HistogramPlace& place = status.cell->layout->status_duration;
      if (place.buckets != nullptr) write_histogram(source_.texts.status(index), place, status.values.first);
    }
  }

  void write_extra(ExchangeFamily family, ExtraHistogram extra) {
    if (!has_extra(extra) || !open(family)) return;
    for (const std::uint32_t index : source_.order.cells()) {
      const CellRecord& cell = *records().cells[index];
      const HistogramPlace& place = cell.layout->extras[static_cast<std::size_t>(extra)];
      if (place.buckets != nullptr) write_histogram(source_.texts.cell(index), place, cell.values.first);
    }
  }

  void write_histogram(const HistogramLabels& labels, const HistogramPlace& place, ValueIndex block) {
    const Buckets& buckets = *place.buckets;
    const ValueIndex first = block + place.bucket_offset(0);
    const auto sum = static_cast<double>(values_[block + place.sum_offset()]);
    std::span<const Exemplar* const> exemplars;
    if (writer_.format() == Format::kOpenMetrics) {
      exemplars = exemplars_.find(source_.snapshot, first, buckets.size());
    }
    writer_.histogram(labels, source_.bounds.of(buckets), values_.subspan(first, buckets.size()),
                      buckets.exposed(sum), exemplars, buckets.per_unit());
  }

  const ExchangeSource& source_;
  const std::span<const std::uint64_t> values_;
  TextWriter& writer_;
  ExemplarRow exemplars_;
};

}  // namespace

void write_exchange_families(const ExchangeSource& source, TextWriter& writer) {
  ExchangeWriter(source, writer).write();
}

}  // namespace wayside::metrics
