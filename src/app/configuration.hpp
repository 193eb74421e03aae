// The configuration in force: what the start and each reload make of settings, and what is told of it.
//
// A reload is prepared on the reloader's thread, and a short step on the io_context's thread puts it in
// force. Routes, certificates and the access to the metrics listener take effect with a reload, all other
// settings with the next start.
#pragma once

#include "wayside/admin/access.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/load.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/inspector/inspector.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/proxy/routing.hpp"
#include "wayside/proxy/worker.hpp"

#include "app/certificates.hpp"
#include "app/reloader.hpp"
#include "app/route_binder.hpp"
#include "app/telemetry.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::app {

// What the settings say about access to the metrics listener, but for its certificates.
admin::Access access_of(const config::Settings& settings);

class Configuration {
 public:
  // `settings` are those of the start, and `hints` came with them. The references outlive the object.
  Configuration(const config::Settings& settings, std::vector<std::string> hints, Telemetry& telemetry,
                Certificates& certificates, const Logger& log);
  Configuration(const Configuration&) = delete;
  Configuration& operator=(const Configuration&) = delete;

  // The routing of each worker for the settings of the start, which is in force elsewhere from now on. Once.
  // Throws std::logic_error if the routes do not compile, and std::bad_alloc.
  std::vector<std::unique_ptr<const proxy::Routing>> begin();

  // Reloader::Steps::prepare. Throws std::runtime_error where certificates cannot be used. What it has
  // changed is undone where the result is destroyed before finish().
  Prepared prepare(config::Invocation next);

  // Reloader::Steps::finish. Leaves the previous routes in `outcome`, which the reloader's thread destroys.
  Checked<void, std::string> finish(Reloader::Outcome& outcome,
                                    const std::vector<std::unique_ptr<proxy::Worker>>& workers);

  // The files of certificates have changed, outside a reload.
  void note_certificates(const Checked<void, tls::LoadError>& result);

  inspector::Inspector& inspector() noexcept { return binder_.inspector(); }
  const metrics::ConfigurationState& state() const noexcept { return state_; }
  const std::vector<std::string>& warnings() const noexcept { return warnings_; }

 private:
  RoutingUpdate bind(const config::Settings& next, std::vector<std::string>& lines);
  void warn_of_lacking_series();
  void warn(std::vector<std::string>& lines, std::string_view message, LogField field) const;
  std::string refuse(const config::Errors& errors);
  void put_in_force(Prepared& next, const std::vector<std::unique_ptr<proxy::Worker>>& workers);

  const config::Settings& settings_;
  Telemetry& telemetry_;
  Certificates& certificates_;
  const Logger& log_;
  RouteBinder binder_;
  std::vector<std::string> warnings_;  // about the configuration in force
  metrics::ConfigurationState state_;
  bool reload_succeeded_ = true;       // of the last reload, if there was one
  bool certificates_are_good_ = true;  // those that were read last
};

}  // namespace wayside::app
