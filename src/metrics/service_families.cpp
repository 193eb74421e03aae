#include "metrics/service_families.hpp"

#include "wayside/base/utf8.hpp"
#include "wayside/metrics/exposition.hpp"

#include "metrics/series_texts.hpp"
#include "metrics/snapshot.hpp"
#include "metrics/text_writer.hpp"

#include <array>
#include <chrono>

namespace wayside::metrics {
namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif

constexpr std::string_view kNoLabels = " ";

double seconds_of(auto duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

bool ServiceFamilies::open(ServiceFamily id, TextWriter& writer) const {
  const Family& family = names_[id];
  return writer.family(family.name, family.type, family.help);
}

std::uint64_t ServiceFamilies::value(std::size_t index) const {
  return snapshot_.values[index];
}

double ServiceFamilies::gauge(std::size_t index) const {
  return static_cast<double>(static_cast<std::int64_t>(value(index)));
}

void ServiceFamilies::write_counts(TextWriter& writer) const {
  const WorkerLayout& layout = catalogue_.worker_layout();
  write_overhead(writer);
  write_aborts(writer);
  write_reasons(ServiceFamily::kBackendErrors, registry_.backend_error_reasons, layout.backend_errors,
                writer);
  write_reasons(ServiceFamily::kRejected, registry_.rejection_reasons, layout.rejections, writer);
  write_connections(writer);
  write_streams(writer);
  if (open(ServiceFamily::kSeries, writer)) {
    writer.sample(kNoLabels, static_cast<std::uint64_t>(catalogue_.series()));
  }
  if (open(ServiceFamily::kSeriesLimit, writer)) {
    writer.sample(kNoLabels, static_cast<std::uint64_t>(catalogue_.max_series()));
  }
  if (open(ServiceFamily::kSeriesOverflow, writer))
    writer.sample(kNoLabels, value(WorkerLayout::kOverflowed));
  if (open(ServiceFamily::kAccessLogDropped, writer))
    writer.sample(kNoLabels, value(WorkerLayout::kLogDropped));
}

void ServiceFamilies::write_overhead(TextWriter& writer) const {
  if (!open(ServiceFamily::kOverhead, writer)) return;
  const HistogramPlace& place = catalogue_.worker_layout().overhead;
  const Buckets& buckets = *place.buckets;
  writer.histogram(LabelSet().around_bound(), bounds_.of(buckets),
                   std::span(snapshot_.values).subspan(place.bucket_offset(0), buckets.size()),
                   buckets.exposed(static_cast<double>(value(place.sum_offset()))));
}

void ServiceFamilies::write_aborts(TextWriter& writer) const {
  if (!open(ServiceFamily::kClientAborts, writer)) return;
  const Catalogue::Records& records = order_.records();
  for (const EndpointTexts::Group& group : texts_.groups()) {
    for (std::size_t phase = 0; phase < kAbortPhaseCount; ++phase) {
      std::uint64_t aborts = 0;
      for (const std::uint32_t index : order_.cells().subspan(group.begin, group.end - group.begin)) {
        const CellRecord& cell = *records.cells[index];
        aborts += value(cell.values.first + cell.layout->aborts + phase);
      }
      writer.sample(group.aborts[phase], aborts);
    }
  }
}

// All reasons are there from the beginning, so that a rate has a zero to start from.
void ServiceFamilies::write_reasons(ServiceFamily family, std::span<const std::string> reasons,
                                    std::size_t first, TextWriter& writer) const {
  if (reasons.empty() || !open(family, writer)) return;
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    if (reasons[i].empty()) continue;
    writer.sample(LabelSet().add(names_.reason, reasons[i]).text(), value(first + i));
  }
}

void ServiceFamilies::write_connections(TextWriter& writer) const {
  if (open(ServiceFamily::kBackendRetries, writer))
    writer.sample(kNoLabels, value(WorkerLayout::kBackendRetries));
  if (open(ServiceFamily::kBackendConnects, writer))
    writer.sample(kNoLabels, value(WorkerLayout::kBackendConnects));
  if (open(ServiceFamily::kBackendConnections, writer)) {
    writer.sample(LabelSet().add(names_.state, "active").text(), gauge(WorkerLayout::kBackendActive));
    writer.sample(LabelSet().add(names_.state, "idle").text(), gauge(WorkerLayout::kBackendIdle));
  }
  if (open(ServiceFamily::kBackendQueue, writer))
    writer.sample(kNoLabels, gauge(WorkerLayout::kBackendQueue));
  if (open(ServiceFamily::kBackendQueued, writer))
    writer.sample(kNoLabels, value(WorkerLayout::kBackendQueued));
  if (open(ServiceFamily::kClientConnections, writer)) {
    writer.sample(kNoLabels, gauge(WorkerLayout::kClientConnections));
  }
  if (open(ServiceFamily::kClientEvictions, writer))
    writer.sample(kNoLabels, value(WorkerLayout::kClientsEvicted));
}

void ServiceFamilies::write_streams(TextWriter& writer) const {
  const auto for_each = [this](auto&& visit) {
    for (const std::uint32_t index : order_.streams())
      visit(*order_.records().streams[index], texts_.stream(index));
  };
  if (open(ServiceFamily::kStreamsActive, writer)) {
    for_each([&](const StreamRecord& stream, const EndpointTexts::Stream& texts) {
      writer.sample(texts.labels.labels, gauge(stream.values.first + EndpointLayout::kStreamActive));
    });
  }
  if (open(ServiceFamily::kStreamDuration, writer)) {
    for_each([&](const StreamRecord& stream, const EndpointTexts::Stream& texts) {
      const HistogramPlace& place = stream.layout->stream_duration;
      const Buckets& buckets = *place.buckets;
      const auto sum = static_cast<double>(value(stream.values.first + place.sum_offset()));
      writer.histogram(
          texts.labels, bounds_.of(buckets),
          std::span(snapshot_.values).subspan(stream.values.first + place.bucket_offset(0), buckets.size()),
          buckets.exposed(sum));
    });
  }
  if (open(ServiceFamily::kStreamBytes, writer)) {
    for_each([&](const StreamRecord& stream, const EndpointTexts::Stream& texts) {
      writer.sample(texts.from_backend, value(stream.values.first + EndpointLayout::kStreamBytesFromBackend));
      writer.sample(texts.from_client, value(stream.values.first + EndpointLayout::kStreamBytesFromClient));
    });
  }
}

void ServiceFamilies::write_facts(const ServiceFacts& facts, TextWriter& writer) const {
  const ConfigurationState& configuration = facts.configuration;
  if (open(ServiceFamily::kBuildInfo, writer)) {
    LabelSet labels;
    labels.add("compiler", kCompiler)
        .add("revision", facts.revision.empty() ? "unknown" : valid_utf8(facts.revision))
        .add("version", valid_utf8(facts.version));
    writer.sample(labels.text(), 1.0);
  }
  if (open(ServiceFamily::kRoutes, writer)) {
    writer.sample(kNoLabels, static_cast<std::uint64_t>(configuration.route_count));
  }
  if (open(ServiceFamily::kReloadSuccessful, writer)) {
    writer.sample(kNoLabels, configuration.last_reload_successful ? 1.0 : 0.0);
  }
  if (open(ServiceFamily::kReloadTimestamp, writer)) {
    writer.sample(kNoLabels, seconds_of(configuration.last_reload_success.time_since_epoch()));
  }
  if (open(ServiceFamily::kLogLinesDropped, writer)) writer.sample(kNoLabels, facts.log_lines_dropped);
}

void ServiceFamilies::write_scrape_duration(TimePoint started, TextWriter& writer) const {
  if (open(ServiceFamily::kScrapeDuration, writer)) {
    writer.sample(kNoLabels, seconds_of(Clock::now() - started));
  }
}

}  // namespace wayside::metrics
