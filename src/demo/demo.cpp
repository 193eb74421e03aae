#include "wayside/demo/demo.hpp"

#include "demo/service.hpp"
#include "demo/traffic.hpp"

#include <fmt/format.h>
#include <optional>
#include <utility>

namespace wayside::demo {
namespace {

// A wildcard address is reached on the loopback interface.
Address reachable(Address address) {
  if (address.host.empty() || address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return address;
}

}  // namespace

struct Demo::Impl {
  Service service;
  std::optional<Traffic> traffic;
};

Demo::Demo() : impl_(std::make_unique<Impl>()) {}
Demo::~Demo() = default;

config::Settings Demo::settings(config::Settings base) const {
  base.backend = impl_->service.address();
  if (!base.routes.empty()) return base;
  for (std::string& path : Service::route_templates())
    base.routes.emplace_back().path = std::move(path);
  return base;
}

std::string Demo::start_traffic(const Address& proxy, const Address& metrics) {
  const Address local_proxy = reachable(proxy);
  impl_->traffic.emplace(local_proxy);
  return fmt::format(R"(The demo service is behind http://{0} and gets a few requests a second.
Metrics are at http://{1}/metrics. Try:

    curl http://{0}/users/42
    curl http://{1}/metrics | grep http_requests_total

Ctrl-C ends it.
)",
                     to_string(local_proxy), to_string(reachable(metrics)));
}

}  // namespace wayside::demo
