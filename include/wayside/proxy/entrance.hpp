// The settings of one listener for its connections: the PROXY protocol and TLS.
#pragma once

#include "wayside/config/settings.hpp"
#include "wayside/tls/current_context.hpp"

#include <memory>

namespace wayside::proxy {

struct Entrance {
  config::ProxyProtocol proxy_protocol = config::ProxyProtocol::kOff;
  std::shared_ptr<const tls::CurrentContext> tls{};  // nullptr: plain bytes
};

}  // namespace wayside::proxy
