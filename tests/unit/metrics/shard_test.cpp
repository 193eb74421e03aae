#include "wayside/metrics/shard.hpp"

#include "metrics/cell.hpp"

#include <gtest/gtest.h>

namespace wayside::metrics {
namespace {

using std::chrono::milliseconds;

std::uint64_t count_of(const Cell& cell, unsigned wanted) {
  std::uint64_t found = 0;
  cell.for_each_status([&](unsigned status, std::uint64_t count) {
    if (status == wanted) found += count;
  });
  return found;
}

TEST(Shard, MakesACellAtItsFirstUseOnly) {
  const Buckets buckets;
  Shard shard(3, buckets);
  shard.exchange_started();
  shard.exchange_finished(1, Method::kPost, 201);
  shard.observe_duration(2, Method::kOther, milliseconds(1));
  for (EndpointId endpoint = 0; endpoint < 3; ++endpoint) {
    for (std::size_t i = 0; i < kMethodCount; ++i) {
      const auto method = static_cast<Method>(i);
      const bool is_used =
          (endpoint == 1 && method == Method::kPost) || (endpoint == 2 && method == Method::kOther);
      EXPECT_EQ(shard.cell(endpoint, method) != nullptr, is_used);
    }
  }
}

TEST(Shard, KeepsACellInItsPlace) {
  const Buckets buckets;
  Shard shard(2, buckets);
  shard.observe_duration(1, Method::kGet, milliseconds(1));
  const Cell* const cell = shard.cell(1, Method::kGet);
  for (unsigned status = 200; status < 300; ++status) {
    shard.exchange_started();
    shard.exchange_finished(1, Method::kGet, status);
    shard.exchange_started();
    shard.exchange_finished(0, Method::kGet, status);
  }
  EXPECT_EQ(shard.cell(1, Method::kGet), cell);
  EXPECT_EQ(count_of(*cell, 250), 1U);
}

TEST(Shard, KnowsWhatIsInFlight) {
  const Buckets buckets;
  Shard shard(1, buckets);
  shard.exchange_started();
  shard.exchange_started();
  EXPECT_EQ(shard.in_flight(), 2);
  shard.exchange_finished(0, Method::kGet, 200);
  EXPECT_EQ(shard.in_flight(), 1);
  shard.exchange_finished(0, Method::kGet, 200);
  EXPECT_EQ(shard.in_flight(), 0);
}

TEST(Shard, CountingAndTimingAreIndependent) {
  const Buckets buckets;
  Shard shard(1, buckets);
  shard.exchange_started();
  shard.exchange_finished(0, Method::kGet, 499);  // an aborted exchange is counted and never timed
  const Cell* const cell = shard.cell(0, Method::kGet);
  ASSERT_NE(cell, nullptr);
  std::vector<std::uint64_t> counts(buckets.size());
  std::uint64_t sum_ns = 0;
  cell->duration().add_to(counts, sum_ns);
  EXPECT_EQ(counts, std::vector<std::uint64_t>(buckets.size()));
  EXPECT_EQ(count_of(*cell, 499), 1U);
}

}  // namespace
}  // namespace wayside::metrics
