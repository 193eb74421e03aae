// What the sessions and exchanges of one worker share. One thread; nothing in it is locked.
#pragma once

#include "wayside/base/log.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/http/head.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/frame_pool.hpp"
#include "wayside/net/types.hpp"
#include "wayside/routes/route_table.hpp"

#include "proxy/backend_pool.hpp"

#include <span>
#include <string>

namespace wayside::proxy {

struct Context {
  Context(net::IoContext& io_context, const config::Settings& all_settings, const routes::RouteTable& table,
          std::span<const metrics::EndpointId> route_endpoints, metrics::Shard& own_shard,
          const Logger& logger)
      : settings(all_settings),
        routes(table),
        endpoints(route_endpoints),
        shard(own_shard),
        log(logger),
        fallback_host(all_settings.backend.is_unix() ? "localhost" : to_string(all_settings.backend)),
        wheel(io_context),
        backends(io_context, wheel, all_settings.backend) {}

  net::FramePool& frame_pool() noexcept { return frames; }

  const config::Settings& settings;
  const routes::RouteTable& routes;
  const std::span<const metrics::EndpointId> endpoints;  // by RouteId
  metrics::Shard& shard;
  const Logger& log;
  const std::string fallback_host;

  net::FramePool frames;
  net::BufferPool buffers;
  net::DeadlineWheel wheel;
  BackendPool backends;

  // Filled, read and forgotten between two suspensions; see http/head.hpp.
  http::RequestHead request_head;
  http::ResponseHead response_head;

  bool draining = false;     // finish what is in flight, start nothing new
  bool terminating = false;  // finish nothing
};

}  // namespace wayside::proxy
