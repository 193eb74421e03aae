// The answers of the JSON API as text: docs/api.md says what each member means. Knows no requests.
#pragma once

#include "wayside/admin/admin_server.hpp"
#include "wayside/inspector/inspector.hpp"
#include "wayside/metrics/history.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace wayside::admin {

// The time over which numbers are taken.
struct LiveWindow {
  std::chrono::seconds length{};

  std::size_t ticks() const noexcept {
    return static_cast<std::size_t>(length / metrics::History::kTickTime);
  }
};

// Append an answer to `out`, and call `between_pieces`, if set, between two endpoints. Throw std::bad_alloc.
void write_live(const AdminPages& pages, LiveWindow window, std::uint64_t since,
                const inspector::ClockReading& now, std::string& out,
                const std::function<void()>& between_pieces = {});
void write_endpoint(const metrics::EndpointDetail& detail, LiveWindow window, std::string& out);

}  // namespace wayside::admin
