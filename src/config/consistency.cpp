#include "config/consistency.hpp"

#include "wayside/base/ip.hpp"
#include "wayside/base/owner.hpp"
#include "wayside/base/quote.hpp"
#include "wayside/base/wildcard.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/tls/client_context.hpp"
#include "wayside/tls/server_context.hpp"

#include "config/web_config_file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

namespace wayside::config {
namespace {

bool is_any(std::string_view host) noexcept {
  return is_ipv4_wildcard(host) || is_ipv6_wildcard(host);
}

bool is_this_machine(std::string_view host) noexcept {
  return is_any(host) || host == "localhost" || host == "::1" || host.starts_with("127.");
}

// Whether a connection to `target` arrives at `listener`, as far as the text tells.
bool arrives_at(const Address& target, const Address& listener) noexcept {
  if (target.is_unix() || listener.is_unix()) return target == listener;
  if (target.port != listener.port || target.port == 0) return false;
  return target.host == listener.host || (is_this_machine(target.host) && is_any(listener.host));
}

// A listener and the key of its address: "listen[1]", or "listen" where it is the only one.
struct Listener {
  const ListenSpec& spec;
  std::string key;
};

std::vector<Listener> listeners_of(const Settings& settings) {
  std::vector<Listener> listeners;
  listeners.reserve(settings.listen.size() + settings.metrics_listen.size());
  const auto add = [&](const std::vector<ListenSpec>& specs, std::string_view key) {
    for (std::size_t i = 0; i < specs.size(); ++i)
      listeners.push_back({specs[i], specs.size() == 1 ? std::string(key) : fmt::format("{}[{}]", key, i)});
  };
  add(settings.listen, "listen");
  add(settings.metrics_listen, "metrics.listen");
  return listeners;
}

// Where port 0 is asked for, the kernel chooses another port each time.
bool is_chosen_later(const Address& address) noexcept {
  return !address.is_unix() && address.port == 0;
}

// Whether other processes and listeners may bind the same port; metrics.listen is never shared.
bool is_shared(const Listener& listener, const Settings& settings) {
  return settings.reuse_port && listener.key.starts_with("listen");
}

// Whether IPv4 clients of the port of the IPv6 wildcard belong to another listener.
bool has_ipv4_twin(const Address& address, const std::vector<Listener>& listeners) {
  return std::ranges::any_of(listeners, [&](const Listener& other) {
    return is_ipv4_wildcard(other.spec.address.host) && other.spec.address.port == address.port;
  });
}

bool is_one_address(const Address& a, const Address& b) noexcept {
  if (a == b) return true;
  const auto ip = parse_ip(a.host);
  return ip && ip == parse_ip(b.host) && a.port == b.port;
}

// Whether `narrow` is one of the addresses of the port that `wide` stands for.
bool includes(const Address& wide, const Address& narrow, const std::vector<Listener>& listeners) {
  if (wide.is_unix() || wide.port != narrow.port || !parse_ip(narrow.host)) return false;
  const bool is_ipv6 = narrow.host.find(':') != narrow.host.npos;
  if (is_ipv4_wildcard(wide.host)) return !is_ipv6;
  return is_ipv6_wildcard(wide.host) && (is_ipv6 || !has_ipv4_twin(wide, listeners));
}

// What the address of `later` has to do with that of `first`, which prevents listening on both; empty:
// nothing. The kernel finds the closest of addresses that are shared.
std::string overlap_of(const Listener& later, const Listener& first, const std::vector<Listener>& listeners,
                       const Settings& settings, const Places& places) {
  const Address& address = later.spec.address;
  const Address& other = first.spec.address;
  const std::string place = places.mention(first.key);
  if (is_one_address(address, other)) return fmt::format("is that of {}", place);
  if (is_shared(later, settings) && is_shared(first, settings)) return {};
  const std::string text = in_quotes(to_string(other));
  if (includes(other, address, listeners)) return fmt::format("is among those of {} at {}", text, place);
  if (includes(address, other, listeners)) return fmt::format("includes {} at {}", text, place);
  return {};
}

void append_overlaps(const std::vector<Listener>& listeners, const Settings& settings, const Places& places,
                     std::vector<std::string>& lines) {
  for (auto later = listeners.begin(); later != listeners.end(); ++later) {
    const Address& address = later->spec.address;
    if (is_chosen_later(address)) continue;
    for (auto first = listeners.begin(); first != later; ++first) {
      const std::string overlap = overlap_of(*later, *first, listeners, settings, places);
      if (overlap.empty()) continue;
      lines.push_back(
          fmt::format("{}: expected an address of its own, found {}, which {}: {}", places.of(later->key),
                      in_quotes(to_string(address)), overlap,
                      address.is_unix() ? "remove one of them" : "change the port of one of them"));
      break;
    }
  }
}

// The demo's traffic and its greeting take the first addresses.
void append_addresses_of_no_demo(const Settings& settings, std::vector<std::string>& lines) {
  for (const ListenSpec& spec : {settings.listen.front(), settings.metrics_listen.front()}) {
    if (!spec.address.is_unix()) continue;
    lines.push_back(fmt::format("--demo: expected host:port as the first address to listen on, found {}",
                                in_quotes(to_string(spec.address))));
  }
}

void append_useless_proxy_protocols(const Settings& settings, const Places& places,
                                    std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < settings.metrics_listen.size(); ++i) {
    if (settings.metrics_listen[i].proxy_protocol == ProxyProtocol::kOff) continue;
    lines.push_back(fmt::format("{}: expected no proxy_protocol, found it: it names clients of the proxy",
                                places.of(fmt::format("metrics.listen[{}]", i))));
  }
  const auto requires_it = [](const ListenSpec& spec) {
    return spec.proxy_protocol == ProxyProtocol::kRequired;
  };
  const TrustedProxies& trusted = settings.trusted_proxies;
  const bool trusts_nobody = !trusted.private_ranges && trusted.networks.empty();
  if (trusts_nobody && std::ranges::any_of(settings.listen, requires_it)) {
    lines.push_back(
        fmt::format("{}: expected the load balancers that speak the PROXY protocol (listen.proxy_protocol), "
                    "found an empty list: every connection would be refused",
                    places.of("trusted_proxies")));
  }
}

// The files are read for their mistakes alone.
void append_tls_mistakes(const Settings& settings, const Places& places, std::vector<std::string>& lines) {
  for (const Listener& listener : listeners_of(settings)) {
    if (!listener.spec.tls) continue;
    if (listener.key.starts_with("metrics")) {
      lines.push_back(
          fmt::format("{}: expected no tls, found it: metrics.web_config is for TLS of this listener",
                      places.of(listener.key)));
      continue;
    }
    const auto context = tls::ServerContext::load(*listener.spec.tls, nullptr);
    if (!context)
      lines.push_back(fmt::format("{}: tls: {}", places.of(listener.key), context.error().message));
  }
  if (settings.web.tls) {
    const auto context = tls::ServerContext::load(*settings.web.tls, nullptr);
    if (!context) lines.push_back(fmt::format("{}: {}", places.of(kWebTlsPlace), context.error().message));
  }
  const tls::ClientOptions& backend = settings.backend_tls;
  if (settings.backend.is_https) {
    if (backend.cert.empty() != backend.key.empty()) {
      lines.push_back(fmt::format("{}: expected backend.cert and backend.key together, found one of them",
                                  places.of(backend.cert.empty() ? "backend.key" : "backend.cert")));
    } else if (const auto context = tls::ClientContext::load(backend); !context) {
      lines.push_back(fmt::format("{}: {}", places.of("backend.url"), context.error().message));
    }
  } else if (backend != tls::ClientOptions()) {
    lines.push_back(
        fmt::format("{}: expected https:// with backend.ca, cert, key, server_name or verify, found {}",
                    places.of("backend.url"), in_quotes(backend_text(settings.backend))));
  }
}

void append_measurement_mistakes(const Settings& settings, const Places& places,
                                 std::vector<std::string>& lines) {
  const Measurement& measurement = settings.measurement;
  const bool otel_detail = exposes_otel(settings);
  const std::size_t least = metrics::least_max_series(measurement.defaults, otel_detail);
  if (measurement.max_series < least) {
    lines.push_back(
        fmt::format("{}: expected at least {} with these namings, buckets and histograms, found {}",
                    places.of("metrics.max_series"), least, measurement.max_series));
  }
  std::vector<std::string> label_names;
  for (const HeaderLabel& label : measurement.labels) {
    label_names.push_back(label.label.name);
    if (!metrics::is_valid_name(label.label.name) || label.label.name == "le") {
      lines.push_back(fmt::format("{}: expected the name of a label, found {}",
                                  places.of("metrics.labels." + label.label.name),
                                  in_quotes(label.label.name)));
    }
  }
  // Without new names, the labels of the configuration are at fault.
  const std::string_view key =
      measurement.renaming == metrics::Renaming{} ? "metrics.labels" : "metrics.rename";
  for (const std::string& mistake :
       metrics::mistakes_of(measurement.renaming, settings.namings, label_names)) {
    lines.push_back(fmt::format("{}: {}", places.of(key), mistake));
  }
}

// Routes of one label share its histograms.
void append_twins_that_differ(const Settings& settings, std::vector<std::string>& lines) {
  std::map<std::string_view, const routes::RouteSpec*> first_of_label;
  for (const routes::RouteSpec& route : settings.routes) {
    if (route.is_excluded) continue;
    const std::string_view label = route.name.empty() ? route.path : route.name;
    const routes::RouteSpec& first = *first_of_label.emplace(label, &route).first->second;
    if (endpoint_options(settings.measurement, first) == endpoint_options(settings.measurement, route)) {
      continue;
    }
    lines.push_back(
        fmt::format("{}expected the buckets, histograms and slo of line {}, which is counted under the same "
                    "name {}, found "
                    "others: make them equal, or give one of the routes a name",
                    place_of(settings, route), first.line, in_quotes(label)));
  }
}

}  // namespace

std::string place_of(const Settings& settings, const routes::RouteSpec& route) {
  const std::string& file = route.file.empty() ? settings.file : route.file;
  return fmt::format("{}:{}: routes: ", file, route.line);
}

std::optional<std::string> series_hint(const Settings& settings, const Places& places) {
  const Measurement& measurement = settings.measurement;
  const metrics::SeriesDetail detail{exposes_otel(settings), shows_zeros(settings)};
  // Requests without a route have an endpoint as well.
  std::size_t needed = metrics::least_max_series(measurement.defaults, detail.otel_detail) +
                       metrics::guaranteed_series(measurement.defaults, detail);
  std::set<std::string_view> labels;
  for (const routes::RouteSpec& route : settings.routes) {
    const std::string_view label = route.name.empty() ? route.path : route.name;
    if (route.is_excluded || !labels.insert(label).second) continue;
    needed += metrics::guaranteed_series(endpoint_options(measurement, route), detail);
  }
  if (needed <= measurement.max_series) return std::nullopt;
  return fmt::format("{}: expected at least {} for {} routes, found {}: some will be counted as {}",
                     places.of("metrics.max_series"), needed, labels.size(), measurement.max_series,
                     metrics::kOverflowLabel);
}

std::vector<std::string> unknown_owners(const Settings& settings, const Places& places) {
  std::vector<std::string> lines;
  for (const Listener& listener : listeners_of(settings)) {
    const auto owner = find_owner(listener.spec.owner);
    if (owner.has_value()) continue;
    lines.push_back(fmt::format("{}: expected the owner to be known on this machine, found {}",
                                places.of(listener.key), owner.error()));
  }
  return lines;
}

std::vector<std::string> inconsistencies(const Settings& settings, const Places& places, Action action) {
  std::vector<std::string> lines;
  const std::vector<Listener> listeners = listeners_of(settings);
  append_overlaps(listeners, settings, places, lines);
  if (action == Action::kRun || action == Action::kDemo) {
    std::ranges::move(unknown_owners(settings, places), std::back_inserter(lines));
  }
  append_useless_proxy_protocols(settings, places, lines);
  if (action == Action::kRun || action == Action::kCheck) append_tls_mistakes(settings, places, lines);
  if (action == Action::kDemo) append_addresses_of_no_demo(settings, lines);
  const auto is_the_backend = [&](const Listener& listener) {
    return arrives_at(settings.backend, listener.spec.address);
  };
  if (action != Action::kDemo && std::ranges::any_of(listeners, is_the_backend)) {
    lines.push_back(fmt::format("{}: expected another service, found {}, where wayside itself listens",
                                places.of("backend.url"), in_quotes(to_string(settings.backend))));
  }
  append_measurement_mistakes(settings, places, lines);
  append_twins_that_differ(settings, lines);
  return lines;
}

}  // namespace wayside::config
