#include "wayside/metrics/exposition.hpp"

#include "wayside/base/utf8.hpp"

#include "metrics/family_writer.hpp"
#include "metrics/naming_text.hpp"
#include "metrics/process_metrics.hpp"
#include "metrics/protobuf_writer.hpp"
#include "metrics/scrape_values.hpp"
#include "metrics/series_order.hpp"
#include "metrics/text_writer.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace wayside::metrics {
namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif

double seconds_of(auto duration) {
  return std::chrono::duration<double>(duration).count();
}

std::unique_ptr<PageWriter> writer_for(const ScrapeRequest& request, std::string& out) {
  if (request.format == Format::kProtobuf) return std::make_unique<ProtobufWriter>(out, request.names);
  return std::make_unique<TextWriter>(out, request.format, request.names);
}

}  // namespace

struct Exposition::Impl {
  Impl(const Registry& its_registry, ExpositionOptions its_options)
      : registry(its_registry), options(std::move(its_options)), order(registry.series()) {
    for (const Naming naming : options.namings)
      add_text(naming);
    add_text(std::nullopt);
    build_labels = LabelSet()
                       .add("compiler", kCompiler)
                       .add("revision", options.revision.empty() ? "unknown" : valid_utf8(options.revision))
                       .add("version", valid_utf8(options.version))
                       .text();
  }

  void add_text(std::optional<Naming> naming) {
    texts.emplace_back(naming, options.renaming, registry.options().extra_labels, registry.series());
  }

  ScrapeValues::Series read_expiries() const {
    ScrapeValues::Series series;
    if (!options.certificate_expiries) return series;
    for (const auto& [name, time] : options.certificate_expiries())
      series[LabelSet().add("name", valid_utf8(name)).text()] = seconds_of(time.time_since_epoch());
    return series;
  }

  ScrapeValues read_values() const {
    ScrapeValues values;
    values.set("wayside_series", registry.series().series());
    values.set("wayside_series_limit", registry.series().max_series());
    values.set("wayside_build_info", 1.0);
    values.set_labels("wayside_build_info", build_labels);
    values.set("wayside_routes", configuration.route_count);
    values.set("wayside_config_last_reload_successful", configuration.last_reload_successful ? 1.0 : 0.0);
    values.set("wayside_config_last_reload_success_timestamp_seconds",
               seconds_of(configuration.last_reload_success.time_since_epoch()));
    const std::optional<bool> is_up = options.backend_is_up ? options.backend_is_up() : std::nullopt;
    if (is_up) values.set("wayside_backend_up", *is_up ? 1.0 : 0.0);
    values.set("wayside_log_lines_dropped_total",
               options.log_lines_dropped ? options.log_lines_dropped() : std::uint64_t{0});
    values.set("wayside_tls_certificate_expiry_timestamp_seconds", read_expiries());
    process.read(values);
    return values;
  }

  const Registry& registry;
  const ExpositionOptions options;
  const ProcessMetrics process;
  ConfigurationState configuration;

  SeriesOrder order;
  BoundTexts bounds;
  std::deque<NamingText> texts;  // of each naming, and last those of no naming; elements never move
  std::string build_labels;
  Snapshot snapshot;
};

Exposition::Exposition(const Registry& registry, ExpositionOptions options)
    : impl_(std::make_unique<Impl>(registry, std::move(options))) {}

Exposition::~Exposition() = default;

bool Exposition::has_native_histograms() const noexcept {
  return impl_->registry.options().native_histograms;
}

void Exposition::set_configuration(const ConfigurationState& state) {
  impl_->configuration = state;
}

void Exposition::render(std::string& out, const ScrapeRequest& request) {
  const TimePoint started = Clock::now();
  Impl& impl = *impl_;
  // In this order: every value that was counted has its child, and children without counts have their zeros.
  impl.registry.snapshot(impl.snapshot);
  impl.snapshot.values.resize(std::max(impl.snapshot.values.size(), impl.order.update()));

  const std::unique_ptr<PageWriter> writer = writer_for(request, out);
  if (request.between_pieces) writer->pause_between(ScrapeRequest::kPieceBytes, request.between_pieces);
  const ScrapeSource source{impl.registry.options(), impl.registry.series(), impl.snapshot, impl.order,
                            impl.bounds};
  ScrapeValues values = impl.read_values();
  for (NamingText& text : impl.texts) {
    FamilyWriter families(source, text, values, *writer);
    for (FamilyId id = 0; id < kFamilyCount; ++id) {
      constexpr ScrapeFamily kScrapeDuration("wayside_scrape_duration_seconds");
      if (id == kScrapeDuration.id()) values.set(kScrapeDuration, seconds_of(Clock::now() - started));
      families.write(id);
    }
  }
  writer->end();
}

}  // namespace wayside::metrics
