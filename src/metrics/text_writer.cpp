#include "metrics/text_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace wayside::metrics {
namespace {

// Enough for 20 integer digits, or for 17 significant ones with sign, point, four leading zeros or an
// exponent.
using NumberText = std::array<char, 40>;

// Beyond these, repr() writes an exponent.
constexpr double kLeastFixed = 1e-4;
constexpr double kLeastTooLargeForFixed = 1e16;

std::string_view text_of(FamilyType type, Format format) noexcept {
  switch (type) {
    case FamilyType::kCounter:
      return "counter";
    case FamilyType::kGauge:
      return "gauge";
    case FamilyType::kHistogram:
      return "histogram";
    case FamilyType::kInfo:
      return format == Format::kOpenMetrics ? "info" : "gauge";
  }
  return "untyped";
}

std::string_view unit_of(std::string_view base) noexcept {
  for (const std::string_view unit : {"seconds", "bytes"}) {
    if (base.ends_with(unit) && base.size() > unit.size() && base[base.size() - unit.size() - 1] == '_') {
      return unit;
    }
  }
  return {};
}

// `digits` hexadecimal digits, the leading zeros among them.
void append_hex(std::string& out, std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (unsigned shift = 64; shift != 0;) {
    shift -= 4;
    out += kDigits[(value >> shift) & 0xFU];
  }
}

}  // namespace

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  const double magnitude = std::abs(value);
  const bool is_fixed = magnitude == 0 || (magnitude >= kLeastFixed && magnitude < kLeastTooLargeForFixed);
  NumberText buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 is_fixed ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  const std::string_view digits(buffer.data(), end);
  out += digits;
  if (is_fixed && digits.find('.') == std::string_view::npos) out += ".0";
}

void append_value(std::string& out, std::uint64_t value) {
  NumberText buffer;
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  *end++ = '.';
  *end++ = '0';
  out.append(buffer.data(), end);
}

void TextWriter::open_family(std::string_view name, FamilyType type, std::string_view help) {
  const std::string_view base = base_of(name, type);
  sample_name_ = name;
  if (format() == Format::kText) {
    out().append("# HELP ").append(name).append(" ").append(help);
    out().append("\n# TYPE ").append(name).append(" ").append(text_of(type, format())).append("\n");
    return;
  }
  if (type == FamilyType::kCounter) sample_name_.assign(base).append(kTotalSuffix);
  out().append("# TYPE ").append(base).append(" ").append(text_of(type, format())).append("\n");
  if (const std::string_view unit = unit_of(base); !unit.empty()) {
    out().append("# UNIT ").append(base).append(" ").append(unit).append("\n");
  }
  out().append("# HELP ").append(base).append(" ").append(help).append("\n");
}

void TextWriter::histogram(const HistogramSeries& series) {
  pause_if_due();
  std::string& page = out();
  const HistogramLabels& labels = series.labels;
  std::uint64_t cumulated = 0;
  for (std::size_t i = 0; i < series.counts.size(); ++i) {
    cumulated += series.counts[i];
    page.append(sample_name_).append("_bucket").append(labels.before_bound);
    page.append(series.bounds[i]).append(labels.after_bound);
    append_value(page, cumulated);
    if (!series.exemplars.empty() && series.exemplars[i] != nullptr)
      append_exemplar(*series.exemplars[i], series.buckets.per_unit());
    page += '\n';
  }
  page.append(sample_name_).append("_count").append(labels.labels);
  append_value(page, cumulated);
  page.append("\n").append(sample_name_).append("_sum").append(labels.labels);
  append_value(page, series.sum);
  page += '\n';
}

// OpenMetrics 1.0, "Exemplars": labels of at most 128 characters, a value inside the bucket, a timestamp in
// seconds.
void TextWriter::append_exemplar(const Exemplar& exemplar, double per_unit) {
  out() += " # {span_id=\"";
  append_hex(out(), exemplar.trace.span_id);
  out() += "\",trace_id=\"";
  append_hex(out(), exemplar.trace.trace_id_high);
  append_hex(out(), exemplar.trace.trace_id_low);
  out() += "\"} ";
  append_value(out(), static_cast<double>(exemplar.value) / per_unit);
  // Prometheus keeps whole milliseconds. Nanoseconds since 1970 would not fit a double.
  constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
  constexpr double kMillisecondsPerSecond = 1e3;
  const std::int64_t milliseconds = exemplar.timestamp_ns / kNanosecondsPerMillisecond;
  out() += ' ';
  append_value(out(), static_cast<double>(milliseconds) / kMillisecondsPerSecond);
}

void TextWriter::end() {
  if (format() == Format::kOpenMetrics) out() += "# EOF\n";
}

}  // namespace wayside::metrics
