// The scheme and the version of HTTP in which a client asked: url.scheme and network.protocol.version of
// OpenTelemetry's semantic conventions.
//
// Only the naming otel shows them. Where it is exposed they are the lowest digit of each Variant; elsewhere
// no variant has that digit, so that the other namings have no more series for it.
#pragma once

#include "wayside/metrics/observation.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wayside::metrics {

enum class Scheme : std::uint8_t { kHttp, kHttps };
inline constexpr std::size_t kSchemeCount = 2;

enum class HttpVersion : std::uint8_t { k11, k10 };
inline constexpr std::size_t kHttpVersionCount = 2;

constexpr std::string_view to_text(Scheme scheme) noexcept {
  return scheme == Scheme::kHttps ? "https" : "http";
}
constexpr std::string_view to_text(HttpVersion version) noexcept {
  return version == HttpVersion::k10 ? "1.0" : "1.1";
}

struct Transport {
  Scheme scheme = Scheme::kHttp;
  HttpVersion version = HttpVersion::k11;

  friend constexpr bool operator==(Transport, Transport) noexcept = default;
};
inline constexpr std::size_t kTransportCount = kSchemeCount * kHttpVersionCount;

// Appends the transport to a variant that has all extra labels. Transports that differ in their version alone
// are neighbours.
constexpr Variant add_transport(Variant labels, Transport transport) noexcept {
  const auto scheme = static_cast<std::size_t>(transport.scheme);
  const auto version = static_cast<std::size_t>(transport.version);
  return static_cast<Variant>((labels * kSchemeCount + scheme) * kHttpVersionCount + version);
}

// The transport of a variant that has one.
constexpr Transport transport_of(Variant variant) noexcept {
  return {static_cast<Scheme>(variant / kHttpVersionCount % kSchemeCount),
          static_cast<HttpVersion>(variant % kHttpVersionCount)};
}

}  // namespace wayside::metrics
