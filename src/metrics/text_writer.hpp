// Prometheus' text format 0.0.4 and OpenMetrics 1.0, line by line.
//
// Knows the form of lines and the differences of the two formats. Numbers are written as Python's repr()
// writes a float, and so as Python's Prometheus client does: the shortest digits that read back as the same
// number, and always a point or an exponent ("4.0", "0.005", "1e-05"), whatever the locale.
#pragma once

#include "metrics/page_writer.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wayside::metrics {

// Appends a number as described above, or "+Inf", "-Inf" or "NaN".
void append_value(std::string& out, double value);
// All digits, and ".0". (Above 2^53 a reader that keeps samples as doubles rounds.)
void append_value(std::string& out, std::uint64_t value);

class TextWriter final : public PageWriter {
 public:
  // `format` is a text format.
  explicit TextWriter(std::string& out, Format format = Format::kText,
                      std::span<const std::string> wanted = {}) noexcept
      : PageWriter(out, format, wanted) {}

  void sample(std::string_view labels, std::uint64_t value) override { append_sample(labels, value); }
  void sample(std::string_view labels, double value) override { append_sample(labels, value); }
  // Its buckets, its count and its sum.
  void histogram(const HistogramSeries& series) override;
  void end() override;

 private:
  // OpenMetrics names a counter's family without `_total` and its samples with it, whether `name` has it or
  // not.
  void open_family(std::string_view name, FamilyType type, std::string_view help) override;
  void append_exemplar(const Exemplar& exemplar, double per_unit);

  template <class Number>
  void append_sample(std::string_view labels, Number value) {
    pause_if_due();
    out().append(sample_name_).append(labels);
    append_value(out(), value);
    out() += '\n';
  }

  std::string sample_name_;  // of the open family
};

}  // namespace wayside::metrics
