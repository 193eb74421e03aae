// wayside --demo: something to look at without an application of one's own.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/config/settings.hpp"

#include <memory>
#include <string>

namespace wayside::app {

class Demo {
 public:
  // Starts the example service on a free port of the loopback interface.
  Demo();
  ~Demo();
  Demo(const Demo&) = delete;
  Demo& operator=(const Demo&) = delete;

  // The user's settings with the example service as the backend, and its routes where the user named none.
  config::Settings settings(config::Settings base) const;

  // Starts a trickle of requests through the proxy. Returns what to tell the user: where to look, and a
  // command to try.
  std::string start_traffic(const Address& proxy, const Address& metrics);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::app
