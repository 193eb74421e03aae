// Writes the families of one naming, or those that have one name whatever the namings: for each family the
// series of its scope, in their order. Children that differ only in a transport which the family does not
// show are one series, their sum.
#pragma once

#include "wayside/metrics/families.hpp"
#include "wayside/metrics/transport.hpp"

#include "metrics/block.hpp"
#include "metrics/layout.hpp"
#include "metrics/page_writer.hpp"
#include "metrics/snapshot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wayside::metrics {

class BoundTexts;
class NamingText;
class ScrapeValues;
class SeriesOrder;
class SeriesRegistry;
struct Child;
struct RegistryOptions;

// The material of a scrape.
struct ScrapeSource {
  const RegistryOptions& options;
  const SeriesRegistry& series;
  const Snapshot& snapshot;  // has a value for every child in `order`
  const SeriesOrder& order;
  BoundTexts& bounds;
};

class FamilyWriter {
 public:
  // All arguments outlive this.
  FamilyWriter(const ScrapeSource& source, NamingText& text, const ScrapeValues& scrape_values,
               PageWriter& writer);

  // Nothing where the naming has no such family, or where there is nothing to show.
  void write(FamilyId id);

 private:
  // Where the blocks begin whose sum is one series.
  using Blocks = std::span<const ValueIndex>;

  bool is_left_out(FamilyId id) const;
  bool has_counts(FamilyId id, const Child& child, Blocks blocks) const;
  std::uint64_t sum_of(Blocks blocks, std::size_t offset) const noexcept;
  // In `memory` if there are several blocks.
  std::span<const std::uint64_t> sums_of(Blocks blocks, std::size_t offset, std::size_t size,
                                         std::vector<std::uint64_t>& memory) const;
  void write_children(FamilyId id);
  // `child`, at `index` among those of its scope, is one of those that have the blocks.
  void write_series(FamilyId id, const Child& child, std::size_t index, Blocks blocks);
  void write_endpoints(FamilyId id);
  void write_workers(FamilyId id);
  void write_scraped(FamilyId id);
  void write_sample(FamilyId id, std::string_view labels, std::uint64_t value);
  void write_histogram(const HistogramLabels& labels, const HistogramSlot& slot, Blocks blocks);
  std::span<const Exemplar* const> exemplars_of(Blocks blocks, std::size_t offset, std::size_t size);

  const ScrapeSource& source_;
  const std::span<const std::uint64_t> values_;
  NamingText& text_;
  const ScrapeValues& scrape_values_;
  PageWriter& writer_;
  // Of one series, by bucket where it is a histogram.
  std::array<ValueIndex, kTransportCount> blocks_{};
  std::array<const Exemplar*, Buckets::kMaxBounds + 1> exemplars_{};
  std::vector<std::uint64_t> counts_;
  std::vector<std::uint64_t> native_counts_;
};

}  // namespace wayside::metrics
