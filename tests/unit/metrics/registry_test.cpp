#include "wayside/metrics/registry.hpp"

#include "wayside/metrics/transport.hpp"

#include "metrics/native_buckets.hpp"
#include "metrics/series_registry.hpp"
#include "metrics/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace wayside::metrics {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::Field;

void finish_exchange(Shard& shard, EndpointId endpoint, Method method, unsigned status, Nanoseconds duration,
                     const TraceContext* trace = nullptr, Variant variant = 0) {
  shard.exchange_finished(shard.exchange_started(endpoint, method, variant), {.endpoint = endpoint,
                                                                              .variant = variant,
                                                                              .method = method,
                                                                              .status = status,
                                                                              .duration = duration,
                                                                              .trace = trace});
}

const HistogramSlot& duration_of(const Child& method) {
  return (*method.layout)["http_request_duration_seconds"];
}

// A snapshot with the meaning of its values.
struct Reading {
  explicit Reading(const Registry& registry) {
    registry.snapshot(snapshot);
    registry.series().update(children);
  }
  std::uint64_t value(std::size_t index) const {
    return index < snapshot.values.size() ? snapshot.values[index] : 0;
  }
  const std::vector<const Child*>& of(Scope scope) const { return children[static_cast<std::size_t>(scope)]; }
  std::uint64_t finished() const {
    std::uint64_t total = 0;
    for (const Child* status : of(Scope::kStatus))
      total += value(status->values.first);
    return total;
  }
  std::uint64_t in_flight() const {
    constexpr FixedSlot<Scope::kMethod, FamilyType::kGauge> kInFlight("http_requests_in_flight");
    std::uint64_t total = 0;
    for (const Child* method : of(Scope::kMethod))
      total += value(method->values.first + kInFlight);
    return total;
  }
  std::uint64_t observed() const {
    std::uint64_t total = 0;
    for (const Child* method : of(Scope::kMethod)) {
      for (std::size_t i = 0; i < duration_of(*method).buckets->size(); ++i)
        total += value(method->values.first + duration_of(*method).bucket_offset(i));
    }
    return total;
  }

  Snapshot snapshot;
  SeriesRegistry::Children children;
};

TEST(Registry, InternsALabelOnce) {
  Registry registry({});
  const EndpointId a = registry.intern("/a");
  EXPECT_NE(a, kOverflowEndpoint);
  EXPECT_NE(registry.intern("/b"), a);
  EXPECT_EQ(registry.intern("/a"), a);
  EXPECT_EQ(registry.intern("overflow"), kOverflowEndpoint);
  EXPECT_EQ(registry.intern("/\xFF"), registry.intern("/\xFE")) << "they are the same text once repaired";
}

TEST(Registry, KeepsTheBucketsThatALabelBeganWith) {
  Registry registry({});
  const auto buckets = Buckets::from_seconds(std::array{1.0});
  const EndpointId endpoint = registry.intern("/a", {.buckets = *buckets});
  EXPECT_EQ(registry.intern("/a"), endpoint);
  finish_exchange(registry.shard(0), endpoint, Method::get, 200, milliseconds(1));
  EXPECT_EQ(duration_of(*Reading(registry).of(Scope::kMethod).front()).buckets->size(), 2U);
}

TEST(Registry, HasRoomForManyRoutesThatUseLittle) {
  Registry registry({});
  std::vector<EndpointId> routes;
  for (int i = 0; i < 500; ++i)
    routes.push_back(registry.intern("/route/" + std::to_string(i)));
  EXPECT_EQ(registry.lacking_series(), 0U);
  for (const EndpointId route : routes)
    finish_exchange(registry.shard(0), route, Method::get, 200, milliseconds(1));
  EXPECT_EQ(Reading(registry).of(Scope::kMethod).size(), routes.size());
}

// A client that sends every method to every route, and a scanner, do not take what a route is there for.
TEST(Registry, KeepsTheUsualMethodOfARouteCountable) {
  Registry registry({.max_series = 1'500});
  const EndpointId get = registry.intern("/get");
  const EndpointId post = registry.intern("/post", {}, Method::post);
  ASSERT_EQ(registry.lacking_series(), 0U);
  Shard& shard = registry.shard(0);
  for (const EndpointId route : {get, post}) {
    for (const Method method : {Method::put, Method::delete_, Method::patch, Method::options, Method::trace})
      finish_exchange(shard, route, method, 405, milliseconds(1));
  }
  for (int i = 0; i < 200; ++i) {
    const EndpointId scanned = shard.endpoint_for("/scan/" + std::to_string(i));
    finish_exchange(shard, scanned, Method::get, 404, milliseconds(1));
  }
  finish_exchange(shard, get, Method::get, 200, milliseconds(1));
  finish_exchange(shard, post, Method::post, 201, milliseconds(1));
  const Reading reading(registry);
  const auto counted = [&](EndpointId endpoint, Method method) {
    return std::ranges::any_of(reading.of(Scope::kMethod), [&](const Child* child) {
      return child->key.endpoint == endpoint && child->key.method == method;
    });
  };
  EXPECT_TRUE(counted(get, Method::get));
  EXPECT_TRUE(counted(post, Method::post));
  EXPECT_LE(registry.series().series(), 1'500U);
}

TEST(Registry, AddsUpTheNativeBucketsOfAllShards) {
  Registry registry({.shard_count = 2, .otel_detail = true, .native_histograms = true});
  const EndpointId endpoint = registry.intern("/a");
  finish_exchange(registry.shard(0), endpoint, Method::get, 200, milliseconds(30));
  finish_exchange(registry.shard(1), endpoint, Method::get, 200, milliseconds(30));
  finish_exchange(registry.shard(1), endpoint, Method::get, 200, milliseconds(40));
  const Reading reading(registry);
  const auto counts_of = [&](const Child& child, const HistogramSlot& slot) {
    return std::span(reading.snapshot.values)
        .subspan(child.values.first + slot.native_offset, kNativeBucketCount);
  };
  const Child& method = *reading.of(Scope::kMethod).front();
  const Child& status = *reading.of(Scope::kStatus).front();
  for (const auto counts : {counts_of(method, duration_of(method)),
                            counts_of(status, (*status.layout)["http_server_request_duration_seconds"])}) {
    EXPECT_EQ(counts[native_bucket_of(30'000'000)], 2U);
    EXPECT_EQ(counts[native_bucket_of(40'000'000)], 1U);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 3U);
  }
  EXPECT_EQ(reading.observed(), 3U) << "in the classic buckets, too";
}

TEST(Registry, CountsNoSeriesForNativeBuckets) {
  std::vector<std::size_t> series;
  for (const bool is_native : {false, true}) {
    Registry registry({.native_histograms = is_native});
    finish_exchange(registry.shard(0), registry.intern("/a"), Method::get, 200, milliseconds(1));
    series.push_back(registry.series().series());
    EXPECT_EQ(duration_of(*Reading(registry).of(Scope::kMethod).front()).has_native(), is_native);
  }
  EXPECT_EQ(series.front(), series.back());
}

TEST(Registry, GivesTheRoomOfRetiredRoutesToOthers) {
  Registry registry({.max_series = 700});
  std::vector<EndpointId> routes;
  for (int round = 0; round < 5; ++round) {
    for (const EndpointId route : routes)
      registry.retire(route);
    routes.clear();
    for (int i = 0; i < 5; ++i)
      routes.push_back(registry.intern("/round/" + std::to_string(round) + "/" + std::to_string(i)));
    EXPECT_EQ(registry.lacking_series(), 0U) << round;
  }
  EXPECT_EQ(registry.intern("/round/4/0"), routes.front());
}

TEST(Registry, IsEmptyBeforeTheFirstExchange) {
  Registry registry({.shard_count = 2});
  registry.intern("/");
  const Reading reading(registry);
  EXPECT_TRUE(reading.of(Scope::kMethod).empty());
  for (const std::uint64_t value : reading.snapshot.values)
    EXPECT_EQ(value, 0U);
}

std::vector<ChildKey> keys_of(const Reading& reading, Scope scope) {
  std::vector<ChildKey> keys;
  keys.reserve(reading.of(scope).size());
  for (const Child* const child : reading.of(scope))
    keys.push_back(child->key);
  return keys;
}

TEST(Registry, CountsTheRequestsOfARouteFromZero) {
  Registry registry({.zero_series = true});
  const EndpointId orders = registry.intern("/orders", {}, Method::post);
  const auto zero = [&](std::uint16_t status) {
    return ChildKey{.scope = Scope::kStatus, .endpoint = orders, .method = Method::post, .status = status};
  };
  const auto zeros = ElementsAre(zero(200), zero(500), zero(502), zero(503), zero(504));
  EXPECT_THAT(keys_of(Reading(registry), Scope::kStatus), zeros);
  EXPECT_EQ(registry.series().series(), 5U);

  registry.intern("/orders", {}, Method::post);
  finish_exchange(registry.shard(0), orders, Method::post, 200, milliseconds(1));
  EXPECT_EQ(registry.series().series() + 1, guaranteed_series({}, {.zero_series = true}))
      << "there is room for one status more";
  EXPECT_THAT(keys_of(Reading(registry), Scope::kStatus), zeros);
}

// A counter that was shown stays, whatever a reload does.
TEST(Registry, KeepsTheZerosOfARouteThatIsGone) {
  Registry registry({.zero_series = true});
  for (int round = 0; round < 20; ++round) {
    const EndpointId kept = registry.intern("/kept");
    const EndpointId other = registry.intern("/other/" + std::to_string(round % 2));
    registry.retire(kept);
    registry.retire(other);
  }
  EXPECT_EQ(registry.series().series(), 15U);
}

TEST(Registry, ShowsNoZeroThatTheBudgetHasNoRoomFor) {
  const std::size_t least = least_max_series({}, false);
  const std::size_t guaranteed = guaranteed_series({}, {.zero_series = true});
  Registry registry({.max_series = least + guaranteed, .zero_series = true});
  registry.intern("/a");
  registry.intern("/b");
  EXPECT_THAT(keys_of(Reading(registry), Scope::kStatus), Each(Field(&ChildKey::endpoint, 1U)));
  EXPECT_LE(registry.series().series(), registry.series().max_series());
}

// A client chooses the version of HTTP, so that one may not use up what the other is guaranteed.
TEST(Registry, KeepsRoomForTheUsualMethodInEachVersion) {
  const std::size_t max_series = least_max_series({}, true) + guaranteed_series({}, {.otel_detail = true});
  Registry registry({.max_series = max_series, .otel_detail = true});
  const EndpointId route = registry.intern("/a");
  EXPECT_EQ(registry.lacking_series(), 0U);
  const Variant old = add_transport(0, {Scheme::kHttp, HttpVersion::k10});
  for (const Variant variant : {old, Variant{0}}) {
    for (const unsigned status : {200U, 404U, 500U})
      finish_exchange(registry.shard(0), route, Method::get, status, milliseconds(1), nullptr, variant);
  }
  EXPECT_THAT(keys_of(Reading(registry), Scope::kStatus), Each(Field(&ChildKey::endpoint, route)));
  finish_exchange(registry.shard(0), route, Method::get, 503, milliseconds(1));
  EXPECT_EQ(keys_of(Reading(registry), Scope::kStatus).back().endpoint, kOverflowEndpoint);
}

TEST(Registry, AddsUpShards) {
  Registry registry({.shard_count = 2});
  const EndpointId users = registry.intern("/users");
  finish_exchange(registry.shard(0), users, Method::get, 200, milliseconds(1));
  finish_exchange(registry.shard(0), users, Method::get, 200, milliseconds(2));
  finish_exchange(registry.shard(1), users, Method::get, 200, milliseconds(20));
  finish_exchange(registry.shard(1), users, Method::get, 404, milliseconds(30));
  static_cast<void>(registry.shard(0).exchange_started(users, Method::get));
  static_cast<void>(registry.shard(1).exchange_started(users, Method::get));

  const Reading reading(registry);
  ASSERT_EQ(reading.of(Scope::kStatus).size(), 2U);
  EXPECT_EQ(reading.value(reading.of(Scope::kStatus)[0]->values.first), 3U);
  EXPECT_EQ(reading.value(reading.of(Scope::kStatus)[1]->values.first), 1U);
  ASSERT_EQ(reading.of(Scope::kMethod).size(), 1U);
  const Child& method = *reading.of(Scope::kMethod).front();
  EXPECT_EQ(reading.value(method.values.first + duration_of(method).bucket_offset(0)), 2U);
  EXPECT_EQ(reading.value(method.values.first + duration_of(method).bucket_offset(2)), 1U);
  EXPECT_EQ(reading.value(method.values.first + duration_of(method).bucket_offset(3)), 1U);
  EXPECT_EQ(reading.value(method.values.first + duration_of(method).sum_offset), 53'000'000U);
  EXPECT_EQ(reading.in_flight(), 2U);
}

TEST(Registry, KeepsTheNewestExemplarOfABucket) {
  Registry registry({.shard_count = 2});
  const EndpointId endpoint = registry.intern("/");
  const TraceContext first{1, 2, 3};
  const TraceContext second{4, 5, 6};
  finish_exchange(registry.shard(0), endpoint, Method::get, 200, milliseconds(1), &first);
  finish_exchange(registry.shard(1), endpoint, Method::get, 200, milliseconds(2), &second);
  finish_exchange(registry.shard(1), endpoint, Method::get, 200, milliseconds(20), &first);
  finish_exchange(registry.shard(1), endpoint, Method::get, 200, milliseconds(70));
  const Reading reading(registry);
  ASSERT_EQ(reading.snapshot.exemplars.size(), 2U);
  EXPECT_EQ(reading.snapshot.exemplars[0].exemplar.trace.trace_id_high, 4U);
  EXPECT_EQ(reading.snapshot.exemplars[0].exemplar.value, 2'000'000);
  EXPECT_EQ(reading.snapshot.exemplars[1].bucket, reading.snapshot.exemplars[0].bucket + 2);
}

// One worker per shard counts as fast as it can, over labels, methods and statuses that come up as it goes,
// while labels are interned and snapshots are taken.
TEST(Registry, SnapshotsWhileWorkersCountAreMonotoneAndTheLastIsExact) {
  constexpr std::uint64_t kExchangesPerWorker = 50'000;
  Registry registry({.shard_count = 2, .max_series = 3'000});
  std::atomic<int> running = 2;
  const auto work = [&](Shard& shard) {
    for (std::uint64_t i = 0; i < kExchangesPerWorker; ++i) {
      const EndpointId endpoint = shard.endpoint_for("/" + std::to_string(i / 100));
      const auto status = static_cast<unsigned>(200 + i / 500 % 100);
      finish_exchange(shard, endpoint, kMethods[i % kMethodCount], status, Nanoseconds(i));
    }
    running.fetch_sub(1);
  };
  std::thread first([&] { work(registry.shard(0)); });
  std::thread second([&] { work(registry.shard(1)); });

  std::uint64_t last_finished = 0;
  std::uint64_t last_observed = 0;
  for (int i = 0; running.load() > 0; ++i) {
    registry.intern("/" + std::to_string(i));
    const Reading reading(registry);
    EXPECT_GE(reading.finished(), last_finished);
    EXPECT_GE(reading.observed(), last_observed);
    last_finished = reading.finished();
    last_observed = reading.observed();
  }
  first.join();
  second.join();

  const Reading reading(registry);
  EXPECT_EQ(reading.finished(), 2 * kExchangesPerWorker);
  EXPECT_EQ(reading.observed(), 2 * kExchangesPerWorker);
  std::uint64_t sum_ns = 0;
  for (const Child* method : reading.of(Scope::kMethod))
    sum_ns += reading.value(method->values.first + duration_of(*method).sum_offset);
  EXPECT_EQ(sum_ns, kExchangesPerWorker * (kExchangesPerWorker - 1));
  EXPECT_EQ(reading.in_flight(), 0U);
  EXPECT_LE(registry.series().series(), registry.series().max_series());
}

}  // namespace
}  // namespace wayside::metrics
