#include "wayside/metrics/shard.hpp"

#include "metrics/block.hpp"
#include "metrics/catalogue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::metrics {
namespace {

using std::chrono::milliseconds;

// What the shard counted in the range.
std::uint64_t sum(const Shard& shard, ValueRange range) {
  std::uint64_t total = 0;
  shard.blocks().for_each([&](const Block& block) {
    if (block.range().first != range.first) return;
    for (std::size_t i = 0; i < range.size; ++i)
      total += block[i].value();
  });
  return total;
}

// Exchanges of all endpoints that ended.
std::uint64_t finished(const Shard& shard, const Catalogue& catalogue) {
  Catalogue::Records records;
  catalogue.update(records);
  std::uint64_t total = 0;
  for (const StatusRecord* status : records.statuses)
    total += sum(shard, {status->values.first, 1});
  return total;
}

std::uint64_t worker_value(const Shard& shard, std::uint32_t offset) {
  std::uint64_t value = 0;
  shard.blocks().for_each([&](const Block& block) {
    if (block.range().first == 0) value = block[offset].value();
  });
  return value;
}

void finish(Shard& shard, EndpointId endpoint, Method method = Method::get, unsigned status = 200) {
  shard.exchange_started();
  shard.exchange_finished(
      {.endpoint = endpoint, .method = method, .status = status, .duration = milliseconds(1)});
}

Catalogue::Options with_limit(std::size_t max_series) {
  return {.max_series = max_series, .dynamic = {}};
}

TEST(Shard, MakesWhatItCountsAtItsFirstUseOnly) {
  Catalogue catalogue({});
  Shard shard(catalogue);
  const EndpointId a = catalogue.intern("/a", {}, Method::get);
  const EndpointId b = catalogue.intern("/b", {}, Method::get);
  finish(shard, a, Method::post, 201);
  finish(shard, b, Method::unknown, 200);
  finish(shard, a, Method::post, 201);
  Catalogue::Records records;
  catalogue.update(records);
  ASSERT_EQ(records.cells.size(), 2U);
  EXPECT_EQ(records.cells[0]->endpoint, a);
  EXPECT_EQ(records.cells[0]->method, Method::post);
  EXPECT_EQ(records.cells[1]->endpoint, b);
  ASSERT_EQ(records.statuses.size(), 2U);
  EXPECT_EQ(records.statuses[0]->status, 201);
  EXPECT_EQ(sum(shard, records.statuses[0]->values), 2U);
}

TEST(Shard, KnowsWhatIsInFlight) {
  Catalogue catalogue({});
  Shard shard(catalogue);
  const std::uint32_t in_flight = WorkerLayout::kInFlight;
  shard.exchange_started();
  shard.exchange_started();
  EXPECT_EQ(worker_value(shard, in_flight), 2U);
  shard.exchange_finished({.endpoint = kExcludedEndpoint, .status = 200});
  EXPECT_EQ(worker_value(shard, in_flight), 1U);
  shard.exchange_finished({.endpoint = kOverflowEndpoint, .status = 200});
  EXPECT_EQ(worker_value(shard, in_flight), 0U);
}

TEST(Shard, CountsNothingOfAnExcludedEndpoint) {
  Catalogue catalogue({});
  Shard shard(catalogue);
  finish(shard, kExcludedEndpoint);
  shard.stream_began(kExcludedEndpoint, StreamKind::kEvents);
  shard.stream_ended(kExcludedEndpoint, StreamKind::kEvents, milliseconds(1), 1, 1);
  Catalogue::Records records;
  catalogue.update(records);
  EXPECT_TRUE(records.cells.empty());
  EXPECT_TRUE(records.streams.empty());
}

TEST(Shard, FindsTheEndpointOfALabel) {
  Catalogue catalogue({});
  Shard shard(catalogue);
  Shard other(catalogue);
  const EndpointId interned = catalogue.intern("/users/{id}", {}, Method::get);
  EXPECT_EQ(shard.endpoint_for("/users/{id}"), interned);
  const EndpointId dynamic = shard.endpoint_for("/raw/1");
  EXPECT_NE(dynamic, interned);
  EXPECT_NE(dynamic, kOverflowEndpoint);
  EXPECT_EQ(shard.endpoint_for("/raw/1"), dynamic);
  EXPECT_EQ(other.endpoint_for("/raw/1"), dynamic) << "ids are the process'";
  EXPECT_EQ(catalogue.intern("/raw/1", {}, Method::get), dynamic)
      << "a label that becomes configured keeps its series";
}

TEST(Shard, KnowsWhatIsThereAndMakesNothing) {
  Catalogue catalogue({});
  Shard shard(catalogue);
  Shard other(catalogue);
  EXPECT_EQ(shard.known_endpoint("/a"), std::nullopt);
  EXPECT_EQ(shard.known_endpoint(std::string(Catalogue::kMaxDynamicLabel + 1, 'x')), std::nullopt);
  EXPECT_EQ(catalogue.endpoint_count(), 1U) << "the overflow endpoint";
  const EndpointId made = other.endpoint_for("/a");
  EXPECT_EQ(shard.known_endpoint("/a"), made) << "another worker has made it";
  const EndpointId repaired = shard.endpoint_for("/\xFF");
  EXPECT_EQ(shard.known_endpoint("/\xFE"), repaired);
  const EndpointId interned = catalogue.intern("/interned", {}, Method::get);
  EXPECT_EQ(shard.known_endpoint("/interned"), interned);
}

TEST(Shard, RepairsLabelsAndRefusesLongOnes) {
  Catalogue catalogue({});
  Shard shard(catalogue);
  const EndpointId repaired = shard.endpoint_for("/\xFF");
  EXPECT_EQ(catalogue.label(repaired), "/\xEF\xBF\xBD");
  EXPECT_EQ(shard.endpoint_for("/\xFE"), repaired);
  const std::string longest(Catalogue::kMaxDynamicLabel, '\xFF');
  EXPECT_NE(shard.endpoint_for(longest), kOverflowEndpoint);
  EXPECT_EQ(shard.endpoint_for(longest + "x"), kOverflowEndpoint);
}

// A scanner asks for a new path each time, with every method and status there is.
TEST(Shard, KeepsTheBudgetUnderAttackAndCountsEverything) {
  constexpr std::size_t kLimit = 2'000;
  constexpr unsigned kRequests = 5'000;
  Catalogue catalogue(with_limit(kLimit));
  const EndpointId configured = catalogue.intern("/configured", {}, Method::get);
  Shard first(catalogue);
  Shard second(catalogue);
  for (unsigned i = 0; i < kRequests; ++i) {
    Shard& shard = i % 2 == 0 ? first : second;
    const std::string path = "/scan/" + std::to_string(i / 2);
    finish(shard, shard.endpoint_for(path), kMethods[i % kMethodCount], 100 + i % 900);
    EXPECT_LE(catalogue.series(), kLimit);
  }
  EXPECT_TRUE(catalogue.is_closed());
  EXPECT_GT(catalogue.series(), kLimit / 2);
  EXPECT_EQ(finished(first, catalogue) + finished(second, catalogue), kRequests);
  EXPECT_GT(worker_value(first, WorkerLayout::kOverflowed), 0U);

  // The configured route still has what was reserved for it.
  Catalogue::Records before;
  catalogue.update(before);
  for (const Method method : {Method::get, Method::post, Method::put, Method::delete_}) {
    for (const unsigned status : {200U, 201U, 301U, 404U, 500U})
      finish(first, configured, method, status);
  }
  Catalogue::Records after;
  catalogue.update(after);
  EXPECT_EQ(after.cells.size(), before.cells.size() + 4);
  EXPECT_EQ(after.statuses.size(), before.statuses.size() + 20);
  EXPECT_LE(catalogue.series(), kLimit);
}

// A backend that makes statuses up.
TEST(Shard, CountsARefusedStatusUnderTheOverflowEndpoint) {
  Catalogue catalogue(with_limit(1'000));
  Shard shard(catalogue);
  const EndpointId endpoint = catalogue.intern("/", {}, Method::get);
  for (unsigned status = 100; status <= 999; ++status) {
    finish(shard, endpoint, Method::get, status);
    finish(shard, endpoint, Method::get, status);
  }
  EXPECT_LE(catalogue.series(), 1'000U);
  EXPECT_EQ(finished(shard, catalogue), 1'800U);
  Catalogue::Records records;
  catalogue.update(records);
  ASSERT_EQ(records.cells.size(), 2U);
  EXPECT_EQ(records.cells[1]->endpoint, kOverflowEndpoint);
  std::uint64_t overflowed = 0;
  for (const StatusRecord* status : records.statuses) {
    if (status->cell->endpoint == kOverflowEndpoint) overflowed += sum(shard, {status->values.first, 1});
  }
  EXPECT_GT(overflowed, 0U);
  EXPECT_EQ(worker_value(shard, WorkerLayout::kOverflowed), overflowed);
}

TEST(Shard, LabelsThatAppearAfterTheBudgetIsFullAreFound) {
  Catalogue catalogue(with_limit(1'000));
  Shard shard(catalogue);
  for (int i = 0; !catalogue.is_closed(); ++i)
    shard.endpoint_for("/scan/" + std::to_string(i));
  EXPECT_EQ(shard.endpoint_for("/late"), kOverflowEndpoint);
  const EndpointId late = catalogue.intern("/late", {}, Method::get);
  EXPECT_EQ(shard.endpoint_for("/late"), late);
  finish(shard, late);
  EXPECT_EQ(finished(shard, catalogue), 1U) << "under one name or the other";
}

}  // namespace
}  // namespace wayside::metrics
