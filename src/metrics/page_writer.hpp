// What each format of the page of metrics has in common: families of samples and histograms, one after the
// other, and which of them are wanted.
//
// Knows neither which families there are nor their order: a caller writes each family as one family()
// followed by its samples, none of them twice.
#pragma once

#include "wayside/metrics/buckets.hpp"
#include "wayside/metrics/families.hpp"
#include "wayside/metrics/format.hpp"

#include "metrics/exemplar.hpp"
#include "metrics/label_set.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace wayside::metrics {

// What the name of a counter ends in.
inline constexpr std::string_view kTotalSuffix = "_total";

// One series of a histogram. Views and references are valid during the call that takes them.
struct HistogramSeries {
  const HistogramLabels& labels;
  const Buckets& buckets;
  std::span<const std::string> bounds;           // the bounds of `buckets` as text, "+Inf" among them
  std::span<const std::uint64_t> counts;         // by bucket, not cumulated
  double sum = 0;                                // in the exposed unit
  std::span<const Exemplar* const> exemplars{};  // empty, or by bucket: an exemplar or nullptr
  // By native bucket (see metrics/native_buckets.hpp), of about the same observations; empty: it has none.
  std::span<const std::uint64_t> native_counts{};
};

class PageWriter {
 public:
  virtual ~PageWriter() = default;
  PageWriter(const PageWriter&) = delete;
  PageWriter& operator=(const PageWriter&) = delete;

  Format format() const noexcept { return format_; }

  // From now on calls `pause`, which outlives the writer, between two series after each `piece_bytes`.
  void pause_between(std::size_t piece_bytes, const std::function<void()>& pause) noexcept {
    pause_ = &pause;
    piece_bytes_ = piece_bytes;
    pause_at_ = out_.size() + piece_bytes;
  }

  // Opens a family and returns true; or returns false, and then none of its samples may be written. `name` is
  // the name in the text format: with the `_total` of a counter or the `_info` of an info. `name` outlives
  // the family; `help` holds neither backslash, quote nor line feed.
  bool family(std::string_view name, FamilyType type, std::string_view help);

  // A sample of a counter, a gauge or an info. `labels` is a LabelSet::text().
  virtual void sample(std::string_view labels, std::uint64_t value) = 0;
  virtual void sample(std::string_view labels, double value) = 0;
  virtual void histogram(const HistogramSeries& series) = 0;

  // After the last family.
  virtual void end() = 0;

 protected:
  // Appends to `out`. Where `wanted` is not empty, only the families that it names, or of which it names a
  // sample, are written. Both outlive the writer.
  PageWriter(std::string& out, Format format, std::span<const std::string> wanted) noexcept
      : out_(out), format_(format), wanted_(wanted) {}

  virtual void open_family(std::string_view name, FamilyType type, std::string_view help) = 0;

  // The name of the family in OpenMetrics: without the suffix of its samples.
  static std::string_view base_of(std::string_view name, FamilyType type) noexcept;

  std::string& out() noexcept { return out_; }
  // Before each series.
  void pause_if_due() {
    if (out_.size() < pause_at_) return;
    (*pause_)();
    pause_at_ = out_.size() + piece_bytes_;
  }

 private:
  bool is_wanted(std::string_view base, std::string_view name) const;

  std::string& out_;
  const Format format_;
  const std::span<const std::string> wanted_;
  const std::function<void()>* pause_ = nullptr;
  std::size_t piece_bytes_ = 0;
  std::size_t pause_at_ = std::string::npos;
};

}  // namespace wayside::metrics
