// What the sessions and exchanges of one worker share. One thread; nothing in it is locked.
#pragma once

#include "wayside/base/log.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/http/date.hpp"
#include "wayside/http/head.hpp"
#include "wayside/inspector/unmatched_paths.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/frame_pool.hpp"
#include "wayside/net/pipe.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/output/ring.hpp"
#include "wayside/proxy/backend_reporter.hpp"
#include "wayside/proxy/routing.hpp"
#include "wayside/proxy/share.hpp"

#include "proxy/backend_pool.hpp"
#include "proxy/idle_clients.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::proxy {

// How far the end of the worker has come.
enum class Drain : std::uint8_t {
  kNone,
  kAnnounced,  // responses end their connections; connections are still accepted
  kBegun,      // nothing is accepted, idle connections are closed, and requests in flight are finished
};

struct Context {
  // `on_idle_client` is called when the first client connection becomes idle, `on_backend_change` by the
  // BackendReporter.
  Context(net::ReadinessSet& readiness_set, const config::Settings& all_settings,
          std::unique_ptr<const Routing> first_routing, metrics::Shard& own_shard,
          inspector::UnmatchedPaths& unmatched_paths, output::Ring* own_access_log, const Logger& logger,
          const Share& share, std::function<void()> on_idle_client,
          std::function<void()> on_backend_change = {},
          std::shared_ptr<const tls::ClientContext> backend_tls = nullptr)
      : readiness(readiness_set),
        settings(all_settings),
        has_transports(config::exposes_otel(all_settings)),
        has_variants(has_transports || !all_settings.measurement.labels.empty()),
        routing(std::move(first_routing)),
        shard(own_shard),
        unmatched(unmatched_paths),
        access_log(own_access_log),
        log(logger),
        fallback_host(all_settings.backend.is_unix() ? "localhost" : to_string(all_settings.backend)),
        pipes(share.pipes),
        wheel(readiness_set),
        backends(readiness_set, wheel, net::Target(all_settings.backend, std::move(backend_tls)), own_shard,
                 {share.backends, share.backend_queue, all_settings.backend_limits.idle_timeout}),
        backend_reporter(std::move(on_backend_change)),
        idle_clients(std::move(on_idle_client)) {
    request_head.fields = http::Fields(settings.limits.fields);
    response_head.fields = http::Fields(settings.limits.fields);
  }

  net::FramePool& frame_pool() noexcept { return frames; }

  const net::ReadinessSet& readiness;
  const config::Settings& settings;
  const bool has_transports;               // in the variants of the metrics
  const bool has_variants;                 // there is more than one
  std::unique_ptr<const Routing> routing;  // never null; replaced by a reload, between two events
  metrics::Shard& shard;
  inspector::UnmatchedPaths& unmatched;
  output::Ring* const access_log;  // nullptr: there is no access log
  const Logger& log;
  const std::string fallback_host;

  net::FramePool frames;
  net::BufferPool buffers;
  net::PipePool pipes;
  net::DeadlineWheel wheel;
  BackendPool backends;
  BackendReporter backend_reporter;
  IdleClients idle_clients;

  // Scratch for one head: filled and read between two suspensions (see http/head.hpp).
  http::RequestHead request_head;
  http::ResponseHead response_head;

  // For the Date field of a response that lacks one. Valid until the next call.
  std::string_view date() noexcept { return date_text.at(std::chrono::system_clock::now()); }
  http::DateText date_text;

  std::uint64_t session_count = 0;  // so far
  std::size_t exchange_count = 0;   // under way

  bool clients_wait = false;  // for room: each connection that ends makes some
  Drain drain = Drain::kNone;
  TimePoint drain_began{};
  bool terminating = false;  // sessions end at once

  // Whether a client may use its connection for another request.
  bool keeps_clients() const noexcept { return drain == Drain::kNone && !clients_wait; }
};

}  // namespace wayside::proxy
