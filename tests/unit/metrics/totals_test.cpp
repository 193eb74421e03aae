#include "wayside/metrics/totals.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace wayside::metrics {
namespace {

Observation observation(EndpointId endpoint, unsigned status) {
  Observation seen;
  seen.endpoint = endpoint;
  seen.method = Method::get;
  seen.status = status;
  return seen;
}

TEST(Totals, AddUpAllShardsAndEndpoints) {
  Registry registry({.shard_count = 2});
  TotalsReader reader(registry);
  const Totals none = reader.read();
  EXPECT_EQ(none.requests + none.server_errors + none.in_flight + none.streams, 0U);

  const EndpointId users = registry.intern("/users");
  for (const std::size_t shard : {0U, 1U}) {
    for (const unsigned status : {200U, 404U, 499U, 500U, 501U, 503U}) {
      for (const EndpointId endpoint : {users, kOverflowEndpoint}) {
        const StartedExchange started = registry.shard(shard).exchange_started(endpoint, Method::get);
        registry.shard(shard).exchange_finished(started, observation(endpoint, status));
      }
    }
  }
  static_cast<void>(registry.shard(1).exchange_started(users, Method::get));
  ASSERT_TRUE(registry.shard(1).stream_began(users, StreamKind::kUpgrade));
  static_cast<void>(registry.shard(0).exchange_started(users, Method::put));
  ASSERT_TRUE(registry.shard(0).stream_began(users, StreamKind::kEvents));
  registry.shard(0).stream_ended(users, StreamKind::kEvents, std::chrono::seconds(1), 0, 0);
  static_cast<void>(registry.shard(0).exchange_started(kExcludedEndpoint, Method::get));

  const Totals totals = reader.read();
  EXPECT_EQ(totals.requests, 24U);
  EXPECT_EQ(totals.server_errors, 10U) << "501 is one in the overflow endpoint alone";
  EXPECT_EQ(totals.in_flight, 3U);
  EXPECT_EQ(totals.streams, 1U);
}

}  // namespace
}  // namespace wayside::metrics
