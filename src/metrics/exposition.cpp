#include "wayside/metrics/exposition.hpp"

#include "metrics/exchange_families.hpp"
#include "metrics/process_metrics.hpp"
#include "metrics/series_texts.hpp"
#include "metrics/service_families.hpp"
#include "metrics/snapshot.hpp"
#include "metrics/text_writer.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace wayside::metrics {
namespace {

// A snapshot holds what was counted; a record that nothing was counted for yet stands beyond its end.
void make_room(const Catalogue::Records& records, Snapshot& snapshot) {
  std::size_t end = 0;
  const auto grow = [&](const auto& list) {
    if (!list.empty()) end = std::max<std::size_t>(end, list.back()->values.first + list.back()->values.size);
  };
  grow(records.cells);
  grow(records.statuses);
  grow(records.streams);
  if (end > snapshot.values.size()) snapshot.values.resize(end);
}

}  // namespace

struct Exposition::Impl {
  // A naming and its texts.
  struct Dialect {
    Dialect(Naming naming, const SeriesOrder& order, const RegistryOptions& registry,
            const Renaming& renaming)
        : names(naming, renaming), texts(order, names, registry.extra_labels, renaming) {}

    ExchangeNames names;
    ExchangeTexts texts;
  };

  Impl(const Registry& its_registry, ExpositionOptions its_options)
      : registry(its_registry),
        options(std::move(its_options)),
        order(registry.catalogue()),
        service_names(options.renaming),
        endpoint_texts(order, service_names) {
    for (const Naming naming : options.namings)
      dialects.emplace_back(naming, order, registry.options(), options.renaming);
  }

  const Registry& registry;
  const ExpositionOptions options;
  const ProcessMetrics process;
  ConfigurationState configuration;

  SeriesOrder order;
  BoundTexts bounds;
  ServiceNames service_names;
  EndpointTexts endpoint_texts;
  std::deque<Dialect> dialects;  // whose elements never move
  Snapshot snapshot;
};

Exposition::Exposition(const Registry& registry, ExpositionOptions options)
    : impl_(std::make_unique<Impl>(registry, std::move(options))) {}

Exposition::~Exposition() = default;

void Exposition::set_configuration(const ConfigurationState& state) {
  impl_->configuration = state;
}

void Exposition::render(std::string& out, const ScrapeRequest& request) {
  const TimePoint started = Clock::now();
  Impl& impl = *impl_;
  // In this order: whatever was counted has its record.
  impl.registry.snapshot(impl.snapshot);
  impl.order.update();
  make_room(impl.order.records(), impl.snapshot);

  TextWriter writer(out, request.format, request.names);
  if (request.between_pieces) writer.pause_between(ScrapeRequest::kPieceBytes, request.between_pieces);
  for (Impl::Dialect& dialect : impl.dialects) {
    dialect.texts.update();
    write_exchange_families({impl.snapshot, impl.order, impl.bounds, dialect.names, dialect.texts,
                             impl.registry.catalogue().worker_layout()},
                            writer);
  }
  impl.endpoint_texts.update();
  const ServiceFamilies service{impl.snapshot,
                                impl.order,
                                impl.bounds,
                                impl.service_names,
                                impl.endpoint_texts,
                                impl.registry.options(),
                                impl.registry.catalogue()};
  service.write_counts(writer);
  const std::uint64_t log_lines_dropped =
      impl.options.log_lines_dropped ? impl.options.log_lines_dropped() : 0;
  service.write_facts({impl.options.version, impl.options.revision, impl.configuration, log_lines_dropped},
                      writer);
  impl.process.write(writer);
  service.write_scrape_duration(started, writer);
  writer.end();
}

}  // namespace wayside::metrics
