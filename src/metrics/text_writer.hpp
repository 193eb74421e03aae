// Prometheus' text format 0.0.4 and OpenMetrics 1.0, line by line.
//
// Knows the form of lines and the differences of the two formats, but neither which lines there are nor their
// order: a caller writes each family as one family() followed by its samples, none of them twice. Numbers are
// written as Python's repr() writes a float, and so as Python's Prometheus client does: the shortest digits
// that read back as the same number, and always a point or an exponent ("4.0", "0.005", "1e-05"), whatever
// the locale.
#pragma once

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

// Appends a number as described above, or "+Inf", "-Inf" or "NaN".
void append_value(std::string& out, double value);
// All digits, and ".0". (Above 2^53 a reader that keeps samples as doubles rounds.)
void append_value(std::string& out, std::uint64_t value);

class TextWriter {
 public:
  // Appends to `out`. Where `wanted` is not empty, only the families that it names, or of which it names a
  // sample, are written. Both outlive the writer.
  explicit TextWriter(std::string& out, Format format = Format::kText,
                      std::span<const std::string> wanted = {}) noexcept
      : out_(out), format_(format), wanted_(wanted) {}

  Format format() const noexcept { return format_; }

  // From now on calls `pause`, which outlives the writer, between two series after each `piece_bytes`.
  void pause_between(std::size_t piece_bytes, const std::function<void()>& pause) noexcept {
    pause_ = &pause;
    piece_bytes_ = piece_bytes;
    pause_at_ = out_.size() + piece_bytes;
  }

  // Opens a family and returns true; or returns false, and then none of its samples may be written. `name` is
  // the name in the text format: with the `_total` of a counter or the `_info` of an info. OpenMetrics names
  // a counter's family without `_total` and its samples with it, whether `name` has it or not. `name`
  // outlives the family; `help` holds neither backslash, quote nor line feed.
  bool family(std::string_view name, FamilyType type, std::string_view help);

  // A sample of a counter, a gauge or an info. `labels` is a LabelSet::text().
  template <class Number>
  void sample(std::string_view labels, Number value) {
    pause_if_due();
    out_.append(sample_name_).append(labels);
    append_value(out_, value);
    out_ += '\n';
  }

  // A whole series of a histogram: its buckets, its count and its sum. `bounds` holds the values of `le`, one
  // for each of `counts`, which are not cumulated. `exemplars` is empty or holds, for each bucket, a pointer
  // to its exemplar or nullptr; an exemplar's value is divided by `per_unit` to be in the unit of the series.
  void histogram(const HistogramLabels& labels, std::span<const std::string> bounds,
                 std::span<const std::uint64_t> counts, double sum,
                 std::span<const Exemplar* const> exemplars = {}, double per_unit = 1);

  // After the last family.
  void end();

 private:
  bool is_wanted(std::string_view base, std::string_view name) const;
  void append_exemplar(const Exemplar& exemplar, double per_unit);
  void pause_if_due() {
    if (out_.size() < pause_at_) return;
    (*pause_)();
    pause_at_ = out_.size() + piece_bytes_;
  }

  std::string& out_;
  const Format format_;
  const std::span<const std::string> wanted_;
  const std::function<void()>* pause_ = nullptr;
  std::size_t piece_bytes_ = 0;
  std::size_t pause_at_ = std::string::npos;
  std::string sample_name_;  // of the open family
};

}  // namespace wayside::metrics
