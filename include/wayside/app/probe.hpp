// `wayside probe`: asks one page of a running wayside, or of any other HTTP server, whether it is well.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wayside::app {

struct ProbeTarget {
  Address address;
  std::string target;  // "/-/ready"
};

// The reason why a text is no URL to probe: "expected …, found …".
struct ProbeError {
  std::string message;
};

// "http://host:port/path", "https://host:port/path", "unix:/socket:/path", or "unix:/socket", where /-/ready
// is asked. Without a URL: /-/ready of the metrics listener of `settings`, on the loopback if it listens on
// every address. A certificate is not verified.
Checked<ProbeTarget, ProbeError> probe_target(std::string_view url, const config::Settings& settings);

struct ProbeOutcome {
  bool is_well = false;  // the status is 2xx
  // "http://127.0.0.1:10180/-/ready: 200 OK", or with the first line of the body where it is not well:
  // "http://127.0.0.1:10180/-/ready: 503 Service Unavailable: draining".
  std::string line;
};

// The time for all of it, the look-up of a name included.
inline constexpr std::chrono::seconds kProbeTimeout{3};

// Sends a GET and waits for the head of the response, and for the first line of a failure's body if that
// comes in time. Throws std::bad_alloc.
ProbeOutcome probe(const ProbeTarget& target, Milliseconds timeout = kProbeTimeout);

}  // namespace wayside::app
