#include "wayside/app/demo.hpp"

#include "wayside/demo/demo_backend.hpp"
#include "wayside/demo/demo_traffic.hpp"

#include <optional>
#include <utility>

namespace wayside::app {
namespace {

// An address that listens everywhere is reached on the loopback interface.
Address reachable(Address address) {
  if (address.host.empty() || address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return address;
}

}  // namespace

struct Demo::Impl {
  demo::DemoBackend backend;
  std::optional<demo::DemoTraffic> traffic;
};

Demo::Demo() : impl_(std::make_unique<Impl>()) {}
Demo::~Demo() = default;

config::Settings Demo::settings(config::Settings base) const {
  base.backend = impl_->backend.address();
  if (base.routes.empty()) {
    for (std::string& path : demo::DemoBackend::route_templates()) {
      base.routes.push_back({.path = std::move(path), .methods = {}, .name = {}, .line = 0});
    }
  }
  return base;
}

std::string Demo::start_traffic(const Address& proxy, const Address& metrics) {
  const Address proxy_here = reachable(proxy);
  const std::string metrics_url = "http://" + to_string(reachable(metrics));
  impl_->traffic.emplace(proxy_here);
  return "The demo service is behind http://" + to_string(proxy_here) +
         " and gets a few requests a second.\n" + "Metrics are at " + metrics_url + "/metrics. Try:\n\n" +
         "    curl http://" + to_string(proxy_here) + "/users/42\n" + "    curl " + metrics_url +
         "/metrics | grep http_requests_total\n\n" + "Ctrl-C ends it.\n";
}

}  // namespace wayside::app
