#include "wayside/metrics/registry.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <thread>

namespace wayside::metrics {
namespace {

using std::chrono::milliseconds;

void finish(Shard& shard, EndpointId endpoint, Method method, unsigned status, Nanoseconds duration) {
  shard.exchange_started();
  shard.observe_duration(endpoint, method, duration);
  shard.exchange_finished(endpoint, method, status);
}

std::uint64_t total_count(const Snapshot& snapshot) {
  std::uint64_t total = 0;
  for (const CountSample& sample : snapshot.counts)
    total += sample.count;
  return total;
}

std::uint64_t total_observations(const Snapshot& snapshot) {
  return std::accumulate(snapshot.bucket_counts.begin(), snapshot.bucket_counts.end(), std::uint64_t{0});
}

TEST(Registry, NamesDistinctLabelsInOrder) {
  const Registry registry({"unmatched", "/b", "/a", "/b"}, Buckets(), 1);
  ASSERT_EQ(registry.label_count(), 3U);
  EXPECT_EQ(registry.label(0), "/a");
  EXPECT_EQ(registry.label(1), "/b");
  EXPECT_EQ(registry.label(2), "unmatched");
}

TEST(Registry, IsEmptyBeforeTheFirstExchange) {
  const Registry registry({"unmatched", "/"}, Buckets(), 2);
  Snapshot snapshot;
  registry.snapshot(snapshot);
  EXPECT_TRUE(snapshot.counts.empty());
  EXPECT_TRUE(snapshot.durations.empty());
  EXPECT_TRUE(snapshot.bucket_counts.empty());
  EXPECT_EQ(snapshot.in_flight, 0);
}

TEST(Registry, AddsUpShardsAndEndpointsThatShareALabel) {
  Registry registry({"unmatched", "/users", "/users"}, Buckets(), 2);
  finish(registry.shard(0), 1, Method::kGet, 200, milliseconds(1));
  finish(registry.shard(0), 2, Method::kGet, 200, milliseconds(2));
  finish(registry.shard(1), 1, Method::kGet, 200, milliseconds(20));
  finish(registry.shard(1), 2, Method::kGet, 404, milliseconds(30));
  registry.shard(0).exchange_started();
  registry.shard(1).exchange_started();

  Snapshot snapshot;
  registry.snapshot(snapshot);
  ASSERT_EQ(snapshot.counts.size(), 2U);
  EXPECT_EQ(registry.label(snapshot.counts[0].label), "/users");
  EXPECT_EQ(snapshot.counts[0].status, 200);
  EXPECT_EQ(snapshot.counts[0].count, 3U);
  EXPECT_EQ(snapshot.counts[1].status, 404);
  EXPECT_EQ(snapshot.counts[1].count, 1U);
  ASSERT_EQ(snapshot.durations.size(), 1U);
  EXPECT_EQ(snapshot.durations[0].sum_ns, 53'000'000U);
  ASSERT_EQ(snapshot.bucket_counts.size(), registry.buckets().size());
  EXPECT_EQ(snapshot.bucket_counts[0], 2U);
  EXPECT_EQ(snapshot.bucket_counts[2], 1U);
  EXPECT_EQ(snapshot.bucket_counts[3], 1U);
  EXPECT_EQ(snapshot.in_flight, 2);
}

TEST(Registry, OrdersSeriesByLabelThenStatusThenMethodName) {
  Registry registry({"unmatched", "/b", "/a"}, Buckets(), 1);
  for (const EndpointId endpoint : {0U, 1U, 2U}) {
    for (const unsigned status : {500U, 200U}) {
      for (std::size_t i = 0; i < kMethodCount; ++i) {
        finish(registry.shard(0), endpoint, static_cast<Method>(i), status, milliseconds(1));
      }
    }
  }
  Snapshot snapshot;
  registry.snapshot(snapshot);
  ASSERT_EQ(snapshot.counts.size(), 3 * 2 * kMethodCount);
  ASSERT_EQ(snapshot.durations.size(), 3 * kMethodCount);
  const auto count_key = [](const CountSample& sample) {
    return std::tuple(sample.label, sample.status, to_string(sample.method));
  };
  for (std::size_t i = 1; i < snapshot.counts.size(); ++i) {
    EXPECT_LT(count_key(snapshot.counts[i - 1]), count_key(snapshot.counts[i]));
  }
  const auto duration_key = [](const DurationSample& sample) {
    return std::tuple(sample.label, to_string(sample.method));
  };
  for (std::size_t i = 1; i < snapshot.durations.size(); ++i) {
    EXPECT_LT(duration_key(snapshot.durations[i - 1]), duration_key(snapshot.durations[i]));
  }
}

TEST(Registry, LabelsThatDifferInInvalidBytesOnlyAreOneSeries) {
  Registry registry({"unmatched", "/\xFF", "/\xFE"}, Buckets(), 1);
  finish(registry.shard(0), 1, Method::kGet, 200, milliseconds(1));
  finish(registry.shard(0), 2, Method::kGet, 200, milliseconds(1));
  Snapshot snapshot;
  registry.snapshot(snapshot);
  ASSERT_EQ(snapshot.counts.size(), 1U);
  EXPECT_EQ(snapshot.counts[0].count, 2U);
  EXPECT_EQ(registry.label(snapshot.counts[0].label), "/\xEF\xBF\xBD");
}

// One worker per shard counts as fast as it can, over cells and statuses that come up as it goes, while
// snapshots are taken.
TEST(Registry, SnapshotsWhileWorkersCountAreMonotoneAndTheLastIsExact) {
  constexpr std::uint64_t kExchangesPerWorker = 50'000;
  constexpr EndpointId kEndpoints = 50;
  Registry registry(std::vector<std::string>(kEndpoints, "/shared"), Buckets(), 2);
  std::atomic<int> running = 2;
  const auto work = [&](Shard& shard) {
    for (std::uint64_t i = 0; i < kExchangesPerWorker; ++i) {
      const auto endpoint = static_cast<EndpointId>(i / 100 % kEndpoints);
      const auto status = static_cast<unsigned>(200 + i / 500 % 100);
      finish(shard, endpoint, static_cast<Method>(i % kMethodCount), status, Nanoseconds(i));
    }
    running.fetch_sub(1);
  };
  std::thread first([&] { work(registry.shard(0)); });
  std::thread second([&] { work(registry.shard(1)); });

  Snapshot snapshot;
  std::uint64_t last_count = 0;
  std::uint64_t last_observations = 0;
  while (running.load() > 0) {
    registry.snapshot(snapshot);
    EXPECT_GE(total_count(snapshot), last_count);
    EXPECT_GE(total_observations(snapshot), last_observations);
    last_count = total_count(snapshot);
    last_observations = total_observations(snapshot);
  }
  first.join();
  second.join();

  registry.snapshot(snapshot);
  EXPECT_EQ(total_count(snapshot), 2 * kExchangesPerWorker);
  EXPECT_EQ(total_observations(snapshot), 2 * kExchangesPerWorker);
  std::uint64_t sum_ns = 0;
  for (const DurationSample& sample : snapshot.durations)
    sum_ns += sample.sum_ns;
  EXPECT_EQ(sum_ns, kExchangesPerWorker * (kExchangesPerWorker - 1));
  EXPECT_EQ(snapshot.in_flight, 0);
}

}  // namespace
}  // namespace wayside::metrics
