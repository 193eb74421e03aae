// `wayside --demo`: an example service to forward to, and visitors who request its pages.
//
// Only main() uses it: the service is a backend like any other to the daemon. Service and visitors run on
// threads of the daemon's process, so --demo needs no second program to find, start and end.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/config/settings.hpp"

#include <memory>
#include <string>

namespace wayside::demo {

class Demo {
 public:
  // Starts the example service on a free port of the loopback interface. Throws boost::system::system_error.
  Demo();
  // Ends service and visitors at once.
  ~Demo();
  Demo(const Demo&) = delete;
  Demo& operator=(const Demo&) = delete;

  // `base` with the example service as the backend, and with its routes if `base` has none.
  config::Settings settings(config::Settings base) const;

  // Starts the visitors, who request pages through the proxy. Returns a text for the user: addresses, and
  // commands to try. Call it once, with the addresses that the daemon is bound to.
  std::string start_traffic(const Address& proxy, const Address& metrics);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::demo
