// Prometheus' protobuf format: the messages io.prometheus.client.MetricFamily of
// github.com/prometheus/client_model, each behind its length. The one format with native buckets.
//
// Families have the names of the text format, and an info is a gauge, as there.
#pragma once

#include "metrics/page_writer.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

class ProtobufWriter final : public PageWriter {
 public:
  explicit ProtobufWriter(std::string& out, std::span<const std::string> wanted = {}) noexcept
      : PageWriter(out, Format::kProtobuf, wanted) {}

  void sample(std::string_view labels, std::uint64_t value) override {
    sample(labels, static_cast<double>(value));
  }
  void sample(std::string_view labels, double value) override;
  // The count is that of the native buckets, where there are any: Prometheus refuses a histogram whose native
  // buckets and count differ. Observations that are counted during the scrape may be in one kind of bucket
  // and not yet in the other; cumulated counts are cut off at the count, so that they stay in order.
  void histogram(const HistogramSeries& series) override;
  void end() override { close_family(); }

 private:
  // Native buckets that follow each other.
  struct Run {
    std::size_t first = 0;
    std::size_t end = 0;
  };

  void open_family(std::string_view name, FamilyType type, std::string_view help) override;
  void close_family();
  void append_labels(std::string_view text);
  void append_buckets(const HistogramSeries& series, std::uint64_t count);
  void append_exemplar(const Exemplar& exemplar, double per_unit);
  void append_native(std::span<const std::uint64_t> counts);
  void find_runs(std::span<const std::uint64_t> counts);

  FamilyType type_ = FamilyType::kGauge;  // of the open family
  std::optional<std::size_t> family_;     // where it begins
  std::vector<Run> runs_;
};

}  // namespace wayside::metrics
