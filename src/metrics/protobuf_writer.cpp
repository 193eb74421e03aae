#include "metrics/protobuf_writer.hpp"

#include "metrics/native_buckets.hpp"
#include "metrics/protobuf.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <numeric>

namespace wayside::metrics {
namespace {

using protobuf::append_double;
using protobuf::append_signed;
using protobuf::append_text;
using protobuf::append_unsigned;
using protobuf::close_message;
using protobuf::Field;
using protobuf::open_message;

// The numbers of the fields in io/prometheus/client/metrics.proto.
namespace label_pair {
constexpr Field kName = 1;
constexpr Field kValue = 2;
}  // namespace label_pair

namespace single_value {  // Gauge and Counter
constexpr Field kValue = 1;
}  // namespace single_value

namespace exemplar_field {
constexpr Field kLabel = 1;
constexpr Field kValue = 2;
constexpr Field kTimestamp = 3;
}  // namespace exemplar_field

namespace timestamp {
constexpr Field kSeconds = 1;
constexpr Field kNanos = 2;
}  // namespace timestamp

namespace bucket {
constexpr Field kCumulativeCount = 1;
constexpr Field kUpperBound = 2;
constexpr Field kExemplar = 3;
}  // namespace bucket

namespace bucket_span {
constexpr Field kOffset = 1;
constexpr Field kLength = 2;
}  // namespace bucket_span

namespace histogram_field {
constexpr Field kSampleCount = 1;
constexpr Field kSampleSum = 2;
constexpr Field kBucket = 3;
constexpr Field kSchema = 5;
constexpr Field kZeroThreshold = 6;
constexpr Field kZeroCount = 7;
constexpr Field kPositiveSpan = 12;
constexpr Field kPositiveDelta = 13;
}  // namespace histogram_field

namespace metric {
constexpr Field kLabel = 1;
constexpr Field kGauge = 2;
constexpr Field kCounter = 3;
constexpr Field kHistogram = 7;
}  // namespace metric

namespace metric_family {
constexpr Field kName = 1;
constexpr Field kHelp = 2;
constexpr Field kType = 3;
constexpr Field kMetric = 4;
}  // namespace metric_family

// The enumeration MetricType.
std::uint64_t number_of(FamilyType type) noexcept {
  switch (type) {
    case FamilyType::kCounter:
      return 0;
    case FamilyType::kHistogram:
      return 4;
    case FamilyType::kGauge:
    case FamilyType::kInfo:
      break;
  }
  return 1;
}

void append_label(std::string& out, Field field, std::string_view name, std::string_view value) {
  const std::size_t begin = open_message(out, field);
  append_text(out, label_pair::kName, name);
  append_text(out, label_pair::kValue, value);
  close_message(out, begin);
}

std::uint64_t sum_of(std::span<const std::uint64_t> counts) noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace

void ProtobufWriter::open_family(std::string_view name, FamilyType type, std::string_view help) {
  close_family();
  type_ = type;
  family_ = protobuf::open_delimited(out());
  append_text(out(), metric_family::kName, name);
  append_text(out(), metric_family::kHelp, help);
  append_unsigned(out(), metric_family::kType, number_of(type));
}

void ProtobufWriter::close_family() {
  if (family_) close_message(out(), *family_);
  family_.reset();
}

void ProtobufWriter::append_labels(std::string_view text) {
  for_each_label(text, [this](std::string_view name, std::string_view escaped) {
    append_label(out(), metric::kLabel, name, unescaped_label_value(escaped));
  });
}

void ProtobufWriter::sample(std::string_view labels, double value) {
  pause_if_due();
  const std::size_t sample = open_message(out(), metric_family::kMetric);
  append_labels(labels);
  const Field kind = type_ == FamilyType::kCounter ? metric::kCounter : metric::kGauge;
  const std::size_t content = open_message(out(), kind);
  append_double(out(), single_value::kValue, value);
  close_message(out(), content);
  close_message(out(), sample);
}

void ProtobufWriter::histogram(const HistogramSeries& series) {
  pause_if_due();
  const bool is_native = !series.native_counts.empty();
  const std::uint64_t count = sum_of(is_native ? series.native_counts : series.counts);
  const std::size_t sample = open_message(out(), metric_family::kMetric);
  append_labels(series.labels.labels);
  const std::size_t content = open_message(out(), metric::kHistogram);
  append_unsigned(out(), histogram_field::kSampleCount, count);
  append_double(out(), histogram_field::kSampleSum, series.sum);
  append_buckets(series, count);
  if (is_native) append_native(series.native_counts);
  close_message(out(), content);
  close_message(out(), sample);
}

void ProtobufWriter::append_buckets(const HistogramSeries& series, std::uint64_t count) {
  const std::span<const std::int64_t> bounds = series.buckets.bounds();
  std::uint64_t cumulated = 0;
  for (std::size_t i = 0; i < series.counts.size(); ++i) {
    const bool is_last = i == bounds.size();
    cumulated += series.counts[i];
    const std::size_t begin = open_message(out(), histogram_field::kBucket);
    append_unsigned(out(), bucket::kCumulativeCount, is_last ? count : std::min(cumulated, count));
    append_double(out(), bucket::kUpperBound,
                  is_last ? std::numeric_limits<double>::infinity()
                          : series.buckets.exposed(static_cast<double>(bounds[i])));
    if (!series.exemplars.empty() && series.exemplars[i] != nullptr)
      append_exemplar(*series.exemplars[i], series.buckets.per_unit());
    close_message(out(), begin);
  }
}

void ProtobufWriter::append_exemplar(const Exemplar& exemplar, double per_unit) {
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  const std::size_t begin = open_message(out(), bucket::kExemplar);
  const TraceContext& trace = exemplar.trace;
  append_label(out(), exemplar_field::kLabel, "span_id", fmt::format("{:016x}", trace.span_id));
  append_label(out(), exemplar_field::kLabel, "trace_id",
               fmt::format("{:016x}{:016x}", trace.trace_id_high, trace.trace_id_low));
  append_double(out(), exemplar_field::kValue, static_cast<double>(exemplar.value) / per_unit);
  const std::size_t time = open_message(out(), exemplar_field::kTimestamp);
  append_unsigned(out(), timestamp::kSeconds,
                  static_cast<std::uint64_t>(exemplar.timestamp_ns / kNanosecondsPerSecond));
  append_unsigned(out(), timestamp::kNanos,
                  static_cast<std::uint64_t>(exemplar.timestamp_ns % kNanosecondsPerSecond));
  close_message(out(), time);
  close_message(out(), begin);
}

// A span counts its offset from the end of the span before, the first one from index 0. Each count is written
// as its difference to the count before, across spans.
void ProtobufWriter::append_native(std::span<const std::uint64_t> counts) {
  append_signed(out(), histogram_field::kSchema, kNativeSchema);
  append_double(out(), histogram_field::kZeroThreshold, kNativeZeroThreshold);
  append_unsigned(out(), histogram_field::kZeroCount, counts.front());
  const std::span<const std::uint64_t> positive = counts.subspan(1);
  find_runs(positive);
  std::int64_t next_index = 0;
  for (const Run& run : runs_) {
    const std::int64_t index = kNativeFirstIndex + static_cast<std::int64_t>(run.first);
    const std::size_t length = run.end - run.first;
    const std::size_t begin = open_message(out(), histogram_field::kPositiveSpan);
    append_signed(out(), bucket_span::kOffset, index - next_index);
    append_unsigned(out(), bucket_span::kLength, length);
    close_message(out(), begin);
    next_index = index + static_cast<std::int64_t>(length);
  }
  std::uint64_t before = 0;
  for (const Run& run : runs_) {
    for (const std::uint64_t count : positive.subspan(run.first, run.end - run.first)) {
      append_signed(out(), histogram_field::kPositiveDelta, static_cast<std::int64_t>(count - before));
      before = count;
    }
  }
}

// Two empty buckets cost no more than the span that would leave them out.
void ProtobufWriter::find_runs(std::span<const std::uint64_t> counts) {
  constexpr std::size_t kLargestGap = 2;
  runs_.clear();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    if (runs_.empty() || i > runs_.back().end + kLargestGap) runs_.push_back({.first = i});
    runs_.back().end = i + 1;
  }
}

}  // namespace wayside::metrics
