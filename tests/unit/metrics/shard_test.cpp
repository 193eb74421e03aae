#include "wayside/metrics/shard.hpp"

#include "metrics/block.hpp"
#include "metrics/series_registry.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::metrics {
namespace {

using std::chrono::milliseconds;

// What the shard counted at the offset of the range.
std::uint64_t value(const Shard& shard, ValueRange range, std::size_t offset) {
  std::uint64_t found = 0;
  shard.blocks().for_each([&](const Block& block) {
    if (block.range().first == range.first) found = block[offset].value();
  });
  return found;
}

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

const std::vector<const Child*>& children_of(const SeriesRegistry::Children& children, Scope scope) {
  return children[static_cast<std::size_t>(scope)];
}

// Exchanges of all endpoints that ended.
std::uint64_t finished(const Shard& shard, const SeriesRegistry& registry) {
  SeriesRegistry::Children children;
  registry.update(children);
  std::uint64_t total = 0;
  for (const Child* status : children_of(children, Scope::kStatus))
    total += sum(shard, {status->values.first, 1});
  return total;
}

std::uint64_t worker_value(const Shard& shard, std::size_t offset) {
  return value(shard, {}, offset);
}

void finish(Shard& shard, EndpointId endpoint, Method method = Method::get, unsigned status = 200) {
  shard.exchange_finished(
      shard.exchange_started(endpoint, method),
      {.endpoint = endpoint, .method = method, .status = status, .duration = milliseconds(1)});
}

SeriesRegistry::Options with_limit(std::size_t max_series) {
  return {.max_series = max_series, .dynamic = {}};
}

// A budget that has room for the overflow endpoint alone.
std::size_t least_series() {
  return overflow_series(EndpointLayout({}, {}));
}

TEST(Shard, MakesWhatItCountsAtItsFirstUseOnly) {
  SeriesRegistry registry({});
  Shard shard(registry);
  const EndpointId a = registry.intern("/a", {}, Method::get);
  const EndpointId b = registry.intern("/b", {}, Method::get);
  finish(shard, a, Method::post, 201);
  finish(shard, b, Method::unknown, 200);
  finish(shard, a, Method::post, 201);
  SeriesRegistry::Children children;
  registry.update(children);
  ASSERT_EQ(children_of(children, Scope::kMethod).size(), 2U);
  EXPECT_EQ(children_of(children, Scope::kMethod)[0]->key.endpoint, a);
  EXPECT_EQ(children_of(children, Scope::kMethod)[0]->key.method, Method::post);
  EXPECT_EQ(children_of(children, Scope::kMethod)[1]->key.endpoint, b);
  ASSERT_EQ(children_of(children, Scope::kStatus).size(), 2U);
  EXPECT_EQ(children_of(children, Scope::kStatus)[0]->key.status, 201);
  EXPECT_EQ(sum(shard, children_of(children, Scope::kStatus)[0]->values), 2U);
}

// By endpoint, method and variant.
std::uint64_t in_flight(const Shard& shard, const SeriesRegistry& registry, const ChildKey& key) {
  constexpr FixedSlot<Scope::kMethod, FamilyType::kGauge> kInFlight("http_requests_in_flight");
  SeriesRegistry::Children children;
  registry.update(children);
  for (const Child* method : children_of(children, Scope::kMethod)) {
    if (method->key == key) return value(shard, method->values, kInFlight);
  }
  return 0;
}

TEST(Shard, KnowsWhatIsInFlightWhere) {
  SeriesRegistry registry({.variant_count = 2});
  Shard shard(registry);
  const EndpointId users = registry.intern("/users", {}, Method::get);
  const ChildKey get{.endpoint = users, .method = Method::get};
  const ChildKey put{.endpoint = users, .variant = 1, .method = Method::put};
  for (int round = 0; round < 2; ++round) {
    const StartedExchange first = shard.exchange_started(users, Method::get);
    const StartedExchange second = shard.exchange_started(users, Method::get);
    const StartedExchange other = shard.exchange_started(users, Method::put, 1);
    EXPECT_EQ(in_flight(shard, registry, get), 2U);
    EXPECT_EQ(in_flight(shard, registry, put), 1U);
    shard.exchange_finished(second, {.endpoint = users, .method = Method::get, .status = 200});
    EXPECT_EQ(in_flight(shard, registry, get), 1U);
    shard.exchange_finished(other, {.endpoint = users, .variant = 1, .method = Method::put, .status = 200});
    shard.exchange_finished(first, {.endpoint = users, .method = Method::get, .status = 404});
    EXPECT_EQ(in_flight(shard, registry, get), 0U);
    EXPECT_EQ(in_flight(shard, registry, put), 0U);
  }
}

TEST(Shard, EndsWhatIsInFlightWhereItBeganAndCountsItWhereItEnded) {
  SeriesRegistry registry({});
  Shard shard(registry);
  const EndpointId before = registry.intern("/before", {}, Method::get);
  const EndpointId after = registry.intern("/after", {}, Method::get);
  for (unsigned i = 1; i <= 2; ++i) {
    const StartedExchange started = shard.exchange_started(before, Method::get);
    EXPECT_EQ(in_flight(shard, registry, {.endpoint = before, .method = Method::get}), 1U);
    shard.exchange_finished(started, {.endpoint = after, .method = Method::get, .status = 200});
    EXPECT_EQ(in_flight(shard, registry, {.endpoint = before, .method = Method::get}), 0U);
    EXPECT_EQ(in_flight(shard, registry, {.endpoint = after, .method = Method::get}), 0U);
    EXPECT_EQ(finished(shard, registry), i);
  }
  SeriesRegistry::Children children;
  registry.update(children);
  ASSERT_EQ(children_of(children, Scope::kStatus).size(), 1U);
  EXPECT_EQ(children_of(children, Scope::kStatus)[0]->key.endpoint, after);
}

TEST(Shard, KnowsWhatIsInFlightWithoutAnEndpointOfItsOwn) {
  SeriesRegistry registry(with_limit(least_series()));
  Shard shard(registry);
  const EndpointId refused = registry.intern("/refused", {}, Method::get);
  const ChildKey overflow{.endpoint = kOverflowEndpoint, .method = Method::get};
  for (int round = 0; round < 2; ++round) {
    const StartedExchange first = shard.exchange_started(refused, Method::get);
    const StartedExchange second = shard.exchange_started(kExcludedEndpoint, Method::get);
    EXPECT_EQ(in_flight(shard, registry, overflow), 1U);
    EXPECT_EQ(shard.in_flight_unexposed(), 1U);
    shard.exchange_finished(first, {.endpoint = refused, .method = Method::get, .status = 200});
    shard.exchange_finished(second, {.endpoint = kExcludedEndpoint, .method = Method::get, .status = 200});
    EXPECT_EQ(in_flight(shard, registry, overflow), 0U);
    EXPECT_EQ(shard.in_flight_unexposed(), 0U);
  }
}

TEST(Shard, CountsAnExchangeThatEndsWithoutHavingStarted) {
  SeriesRegistry registry({});
  Shard shard(registry);
  const EndpointId unmatched = registry.intern("unmatched", {}, Method::get);
  shard.exchange_finished({}, {.endpoint = unmatched, .status = 400});
  EXPECT_EQ(finished(shard, registry), 1U);
  EXPECT_EQ(in_flight(shard, registry, {.endpoint = unmatched}), 0U);
}

TEST(Shard, CountsNothingOfAnExcludedEndpoint) {
  SeriesRegistry registry({});
  Shard shard(registry);
  finish(shard, kExcludedEndpoint);
  EXPECT_FALSE(shard.stream_began(kExcludedEndpoint, StreamKind::kEvents));
  SeriesRegistry::Children children;
  registry.update(children);
  EXPECT_TRUE(children_of(children, Scope::kMethod).empty());
  EXPECT_TRUE(children_of(children, Scope::kStream).empty());
}

TEST(Shard, FindsTheEndpointOfALabel) {
  SeriesRegistry registry({});
  Shard shard(registry);
  Shard other(registry);
  const EndpointId interned = registry.intern("/users/{id}", {}, Method::get);
  EXPECT_EQ(shard.endpoint_for("/users/{id}"), interned);
  const EndpointId dynamic = shard.endpoint_for("/raw/1");
  EXPECT_NE(dynamic, interned);
  EXPECT_NE(dynamic, kOverflowEndpoint);
  EXPECT_EQ(shard.endpoint_for("/raw/1"), dynamic);
  EXPECT_EQ(other.endpoint_for("/raw/1"), dynamic) << "ids are the process'";
  EXPECT_EQ(registry.intern("/raw/1", {}, Method::get), dynamic)
      << "a label that becomes configured keeps its series";
}

TEST(Shard, KnowsWhatIsThereAndMakesNothing) {
  SeriesRegistry registry({});
  Shard shard(registry);
  Shard other(registry);
  EXPECT_EQ(shard.known_endpoint("/a"), std::nullopt);
  EXPECT_EQ(shard.known_endpoint(std::string(SeriesRegistry::kMaxDynamicLabel + 1, 'x')), std::nullopt);
  EXPECT_EQ(registry.endpoint_count(), 1U) << "the overflow endpoint";
  const EndpointId made = other.endpoint_for("/a");
  EXPECT_EQ(shard.known_endpoint("/a"), made) << "another worker has made it";
  const EndpointId repaired = shard.endpoint_for("/\xFF");
  EXPECT_EQ(shard.known_endpoint("/\xFE"), repaired);
  const EndpointId interned = registry.intern("/interned", {}, Method::get);
  EXPECT_EQ(shard.known_endpoint("/interned"), interned);
}

TEST(Shard, RepairsLabelsAndRefusesLongOnes) {
  SeriesRegistry registry({});
  Shard shard(registry);
  const EndpointId repaired = shard.endpoint_for("/\xFF");
  EXPECT_EQ(registry.label(repaired), "/\xEF\xBF\xBD");
  EXPECT_EQ(shard.endpoint_for("/\xFE"), repaired);
  const std::string longest(SeriesRegistry::kMaxDynamicLabel, '\xFF');
  EXPECT_NE(shard.endpoint_for(longest), kOverflowEndpoint);
  EXPECT_EQ(shard.endpoint_for(longest + "x"), kOverflowEndpoint);
}

// A scanner asks for a new path each time, with every method and status there is.
TEST(Shard, KeepsTheBudgetUnderAttackAndCountsEverything) {
  constexpr std::size_t kLimit = 2'000;
  constexpr unsigned kRequests = 5'000;
  SeriesRegistry registry(with_limit(kLimit));
  const EndpointId configured = registry.intern("/configured", {}, Method::get);
  Shard first(registry);
  Shard second(registry);
  for (unsigned i = 0; i < kRequests; ++i) {
    Shard& shard = i % 2 == 0 ? first : second;
    const std::string path = "/scan/" + std::to_string(i / 2);
    finish(shard, shard.endpoint_for(path), kMethods[i % kMethodCount], 100 + i % 900);
    EXPECT_LE(registry.series(), kLimit);
  }
  EXPECT_TRUE(registry.is_closed());
  EXPECT_GT(registry.series(), kLimit / 2);
  EXPECT_EQ(finished(first, registry) + finished(second, registry), kRequests);
  EXPECT_GT(worker_value(first, WorkerCounter("wayside_series_overflow_total")), 0U);

  // The configured route still has what was reserved for it.
  SeriesRegistry::Children before;
  registry.update(before);
  for (const Method method : {Method::get, Method::post, Method::put, Method::delete_}) {
    for (const unsigned status : {200U, 201U, 301U, 404U, 500U})
      finish(first, configured, method, status);
  }
  SeriesRegistry::Children after;
  registry.update(after);
  EXPECT_EQ(children_of(after, Scope::kMethod).size(), children_of(before, Scope::kMethod).size() + 4);
  EXPECT_EQ(children_of(after, Scope::kStatus).size(), children_of(before, Scope::kStatus).size() + 20);
  EXPECT_LE(registry.series(), kLimit);
}

// A backend that makes statuses up.
TEST(Shard, CountsARefusedStatusUnderTheOverflowEndpoint) {
  SeriesRegistry registry(with_limit(1'000));
  Shard shard(registry);
  const EndpointId endpoint = registry.intern("/", {}, Method::get);
  for (unsigned status = 100; status <= 999; ++status) {
    finish(shard, endpoint, Method::get, status);
    finish(shard, endpoint, Method::get, status);
  }
  EXPECT_LE(registry.series(), 1'000U);
  EXPECT_EQ(finished(shard, registry), 1'800U);
  SeriesRegistry::Children children;
  registry.update(children);
  ASSERT_EQ(children_of(children, Scope::kMethod).size(), 2U);
  EXPECT_EQ(children_of(children, Scope::kMethod)[1]->key.endpoint, kOverflowEndpoint);
  std::uint64_t overflowed = 0;
  for (const Child* status : children_of(children, Scope::kStatus)) {
    if (status->key.endpoint == kOverflowEndpoint) overflowed += sum(shard, {status->values.first, 1});
  }
  EXPECT_GT(overflowed, 0U);
  EXPECT_EQ(worker_value(shard, WorkerCounter("wayside_series_overflow_total")), overflowed);
}

TEST(Shard, LabelsThatAppearAfterTheBudgetIsFullAreFound) {
  SeriesRegistry registry(with_limit(1'000));
  Shard shard(registry);
  for (int i = 0; !registry.is_closed(); ++i)
    shard.endpoint_for("/scan/" + std::to_string(i));
  EXPECT_EQ(shard.endpoint_for("/late"), kOverflowEndpoint);
  const EndpointId late = registry.intern("/late", {}, Method::get);
  EXPECT_EQ(shard.endpoint_for("/late"), late);
  finish(shard, late);
  EXPECT_EQ(finished(shard, registry), 1U) << "under one name or the other";
}

}  // namespace
}  // namespace wayside::metrics
