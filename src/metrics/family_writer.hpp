// Writes the families of one naming, or those that have one name whatever the namings: for each family the
// series of its scope, in their order.
#pragma once

#include "wayside/metrics/families.hpp"

#include "metrics/layout.hpp"
#include "metrics/page_writer.hpp"
#include "metrics/snapshot.hpp"

#include <array>
#include <cstddef>
#include <span>

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
  bool is_left_out(FamilyId id) const;
  bool is_shown(FamilyId id, const Child& child) const;
  bool has_counts(FamilyId id, const Child& child) const;
  void write_children(FamilyId id);
  void write_endpoints(FamilyId id);
  void write_workers(FamilyId id);
  void write_scraped(FamilyId id);
  void write_sample(FamilyId id, std::string_view labels, std::uint64_t value);
  void write_histogram(const HistogramLabels& labels, const HistogramSlot& slot, std::size_t block);
  std::span<const Exemplar* const> exemplars_of(std::size_t first_bucket, std::size_t size);

  const ScrapeSource& source_;
  const std::span<const std::uint64_t> values_;
  NamingText& text_;
  const ScrapeValues& scrape_values_;
  PageWriter& writer_;
  std::array<const Exemplar*, Buckets::kMaxBounds + 1> exemplars_{};  // of one histogram, by bucket
};

}  // namespace wayside::metrics
