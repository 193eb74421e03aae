// Everything that the process counts: the registry of the metrics, and what is made of it for readers, which
// are the exposition, the history, the totals and the pages of the metrics listener.
//
// The workers count in their shards of the registry. The io_context's thread uses the rest, or the thread
// that starts the daemon.
#pragma once

#include "wayside/admin/admin_server.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/inspector/inspector.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/history.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/metrics/totals.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace wayside::app {

class Telemetry {
 public:
  // Numbers and states that others know. Called whenever a page shows them; must not throw.
  struct Sources {
    std::function<std::uint64_t()> log_lines_dropped;
    std::function<std::optional<bool>()> backend_is_up;
    std::function<std::optional<admin::BackendOutage>()> backend_outage;
    std::function<metrics::ExpositionOptions::Expiries()> certificate_expiries;
  };

  // What the pages show beside the metrics. The references outlive the metrics listener.
  struct PageContents {
    const metrics::ConfigurationState& configuration;
    const std::vector<std::string>& warnings;
    const inspector::Inspector& inspector;
    std::function<std::string()> why_unready;
    admin::AdminPages::Reload reload;  // may be empty
    std::vector<std::string> listen;   // the proxy's addresses, as text
  };

  // `settings` outlive the object. Throws std::bad_alloc.
  Telemetry(const config::Settings& settings, Sources sources);
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  metrics::Registry& registry() noexcept { return registry_; }
  metrics::Exposition& exposition() noexcept { return exposition_; }
  metrics::History& history() noexcept { return history_; }
  metrics::Totals totals() { return totals_.read(); }

  // The pages of the metrics listener. The telemetry outlives them.
  admin::AdminPages pages(PageContents contents);

  // With `unmatched: path`, labels are paths as clients sent them. From now on the history names none of
  // them, unless examples of paths may be shown.
  void hide_paths_in_history() noexcept;

 private:
  const config::Settings& settings_;
  const Sources sources_;
  metrics::Registry registry_;
  metrics::Exposition exposition_;
  metrics::TotalsReader totals_{registry_};
  const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  metrics::History history_{registry_, Clock::now()};
  const metrics::EndpointId unmatched_endpoint_;
};

}  // namespace wayside::app
