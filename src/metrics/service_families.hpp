// The families about wayside itself: aborts, the backend, connections, streams, and facts about this build
// and its configuration.
#pragma once

#include "wayside/base/clock.hpp"

#include "metrics/names.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wayside::metrics {

class BoundTexts;
class Catalogue;
class EndpointTexts;
class SeriesOrder;
struct ConfigurationState;
struct RegistryOptions;
struct Snapshot;

// What the workers do not count.
struct ServiceFacts {
  std::string_view version;
  std::string_view revision;  // empty: not known
  const ConfigurationState& configuration;
  std::uint64_t log_lines_dropped = 0;
};

class ServiceFamilies {
 public:
  // All of it is up to date with the snapshot and outlives this.
  ServiceFamilies(const Snapshot& snapshot, const SeriesOrder& order, BoundTexts& bounds,
                  const ServiceNames& names, const EndpointTexts& texts, const RegistryOptions& registry,
                  const Catalogue& catalogue)
      : snapshot_(snapshot),
        order_(order),
        bounds_(bounds),
        names_(names),
        texts_(texts),
        registry_(registry),
        catalogue_(catalogue) {}

  void write_counts(TextWriter& writer) const;
  void write_facts(const ServiceFacts& facts, TextWriter& writer) const;
  // The last of all: the time from `started` to now.
  void write_scrape_duration(TimePoint started, TextWriter& writer) const;

 private:
  bool open(ServiceFamily family, TextWriter& writer) const;
  std::uint64_t value(std::size_t index) const;
  double gauge(std::size_t index) const;

  void write_overhead(TextWriter& writer) const;
  void write_aborts(TextWriter& writer) const;
  void write_reasons(ServiceFamily family, std::span<const std::string> reasons, std::size_t first,
                     TextWriter& writer) const;
  void write_connections(TextWriter& writer) const;
  void write_streams(TextWriter& writer) const;

  const Snapshot& snapshot_;
  const SeriesOrder& order_;
  BoundTexts& bounds_;
  const ServiceNames& names_;
  const EndpointTexts& texts_;
  const RegistryOptions& registry_;
  const Catalogue& catalogue_;
};

}  // namespace wayside::metrics
