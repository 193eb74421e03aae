#include "wayside/metrics/history.hpp"

#include "wayside/metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace wayside::metrics {
namespace {

using namespace std::chrono_literals;
using testing::DoubleEq;
using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::Optional;
using testing::SizeIs;

constexpr std::size_t kOneMinute = 12;
constexpr std::size_t kFiveMinutes = 60;

class HistoryTest : public testing::Test {
 protected:
  void count(std::string_view label, unsigned status = 200, Nanoseconds duration = 30ms,
             Method method = Method::get, std::size_t shard = 0) {
    count({.endpoint = registry_.intern(label), .method = method, .status = status, .duration = duration},
          shard);
  }
  void count(const Observation& observation, std::size_t shard = 0) {
    registry_.shard(shard).exchange_finished(
        registry_.shard(shard).exchange_started(observation.endpoint, observation.method,
                                                observation.variant),
        observation);
  }
  void pass(Nanoseconds time) { now_ += time; }
  void tick(std::size_t ticks = 1, Nanoseconds length = History::kTickTime) {
    for (std::size_t i = 0; i < ticks; ++i) {
      pass(length);
      history_.tick(now_);
    }
  }
  LiveUse live(std::size_t ticks = kFiveMinutes) { return history_.live(ticks, now_); }
  // The only use with that label.
  EndpointUse use_of(std::string_view label, std::size_t ticks = kFiveMinutes) {
    for (const EndpointUse& use : live(ticks).endpoints) {
      if (use.label == label) return use;
    }
    ADD_FAILURE() << "no " << label;
    return {};
  }
  std::vector<std::string> labels() {
    std::vector<std::string> all;
    for (const EndpointUse& use : live().endpoints)
      all.emplace_back(use.label);
    return all;
  }
  Points points_of(std::string_view label, std::uint64_t since) {
    return history_.points_of(use_of(label).endpoint, since);
  }

  Registry registry_{{.shard_count = 2}};
  TimePoint now_{1h};
  History history_{registry_, now_};
};

TEST_F(HistoryTest, KnowsNothingAtFirst) {
  const LiveUse use = live();
  EXPECT_EQ(use.covered, 0s);
  EXPECT_EQ(use.service.requests(), 0U);
  EXPECT_EQ(use.service.error_share(), std::nullopt);
  EXPECT_EQ(use.service.in_flight, 0U);
  EXPECT_THAT(use.endpoints, SizeIs(0));
  EXPECT_EQ(history_.newest_tick(), 0U);
  EXPECT_EQ(history_.point_count(0), 0U);
  EXPECT_EQ(history_.memory_bytes(), 0U);
}

TEST_F(HistoryTest, WindowReachesToTheMomentOfTheQuestion) {
  count("/a");
  pass(2s);
  EXPECT_EQ(live().covered, 2s);
  EXPECT_EQ(use_of("/a").requests(), 1U);
  pass(3s);
  history_.tick(now_);
  count("/a", 500);
  pass(1s);
  EXPECT_EQ(live().covered, 6s);
  const EndpointUse use = use_of("/a");
  EXPECT_THAT(use.by_class, ElementsAre(0, 1, 0, 0, 1));
  EXPECT_THAT(use.error_share(), Optional(0.5));
  EXPECT_EQ(use.requests_total, 2U);
}

// A client causes 501 and 505 by what it asks for.
TEST_F(HistoryTest, CountsWhatNobodyImplementsAsNoError) {
  for (const unsigned status : {200U, 501U, 505U, 503U})
    count("/a", status);
  EXPECT_THAT(use_of("/a").by_class, ElementsAre(0, 1, 0, 0, 3));
  EXPECT_THAT(use_of("/a").error_share(), Optional(0.25));
  tick(1, 5s);
  EXPECT_THAT(points_of("/a", 0).errors, ElementsAre(DoubleEq(0.2)));
}

TEST_F(HistoryTest, WindowForgetsWhatCameBeforeIt) {
  count("/a");
  tick();
  count("/a");
  count("/a");
  tick(kOneMinute);
  EXPECT_EQ(live(kOneMinute).covered, 60s);
  EXPECT_EQ(use_of("/a", kOneMinute).requests(), 2U);
  tick();
  EXPECT_EQ(use_of("/a", kOneMinute).requests(), 0U);
  EXPECT_EQ(use_of("/a", kFiveMinutes).requests(), 3U);
  EXPECT_EQ(use_of("/a", kOneMinute).requests_total, 3U);
}

TEST_F(HistoryTest, AddsUpMethodsStatusesVariantsAndShards) {
  Registry registry({.shard_count = 2, .extra_labels = {{.name = "tenant", .values = {"a"}}}});
  History history(registry, now_);
  const EndpointId endpoint = registry.intern("/a");
  for (const std::size_t shard : {0U, 1U}) {
    for (const Variant variant : {Variant{0}, Variant{1}}) {
      for (const Method method : {Method::get, Method::put}) {
        for (const unsigned status : {101U, 204U, 302U, 404U, 503U, 600U}) {
          registry.shard(shard).exchange_finished(
              registry.shard(shard).exchange_started(endpoint, method, variant),
              {.endpoint = endpoint,
               .variant = variant,
               .method = method,
               .status = status,
               .duration = 40ms,
               .request_bytes = 10,
               .response_bytes = 1'000'000'000,
               .abort = AbortPhase::kResponse});
        }
      }
    }
  }
  const auto check = [&] {
    const LiveUse use = history.live(kFiveMinutes, now_ + 10s);
    ASSERT_THAT(use.endpoints, SizeIs(1));
    for (const EndpointUse& each : {use.endpoints[0], use.service}) {
      EXPECT_THAT(each.by_class, ElementsAre(8, 8, 8, 8, 16));
      EXPECT_EQ(each.aborts, (std::array<std::uint64_t, 3>{0, 0, 48}));
      EXPECT_EQ(each.durations.count(), 48);
      EXPECT_THAT(mean(each.durations), Optional(DoubleEq(0.04)));
    }
    EXPECT_TRUE(use.endpoints[0].methods.contains(Method::put));
    EXPECT_FALSE(use.endpoints[0].methods.contains(Method::post));
    const auto detail = history.detail("/a", kFiveMinutes, now_ + 10s);
    ASSERT_TRUE(detail);
    EXPECT_THAT(detail->statuses, SizeIs(12));
    EXPECT_EQ(detail->statuses[0].requests, 4U);
    EXPECT_EQ(detail->bytes_from_clients, 480U);
    EXPECT_EQ(detail->bytes_from_backend, 48'000'000'000U);
  };
  check();
  history.tick(now_ + 5s);  // more bytes than 32 bits hold in one tick
  check();
}

TEST_F(HistoryTest, LateTicksAreLongAndRatesUseTheirLength) {
  count("/a");
  tick(1, 5s);
  for (int i = 0; i < 30; ++i)
    count("/a", i < 6 ? 500 : 200);
  tick(1, 15s);
  const Points points = points_of("/a", 0);
  EXPECT_THAT(points.rates, ElementsAre(DoubleEq(0.2), DoubleEq(2)));
  EXPECT_THAT(points.errors, ElementsAre(DoubleEq(0), DoubleEq(0.4)));
  EXPECT_EQ(live(1).covered, 15s);
  EXPECT_EQ(live(2).covered, 20s);
}

TEST_F(HistoryTest, PointsFollowATick) {
  count("/a", 200, 30ms);
  tick();
  tick();
  count("/a", 200, 3s);
  tick();
  EXPECT_EQ(history_.newest_tick(), 3U);
  EXPECT_THAT(points_of("/a", 0).rates, SizeIs(3));
  const Points points = points_of("/a", 1);
  EXPECT_THAT(points.rates, ElementsAre(0, DoubleEq(0.2)));
  // The bucket from 2.5 to 5.
  EXPECT_THAT(points.p95, ElementsAre(std::nullopt, Optional(DoubleNear(4.875, 1e-9))));
  EXPECT_EQ(history_.point_count(3), 0U);
  EXPECT_THAT(points_of("/a", 3).rates, SizeIs(0));
  EXPECT_THAT(history_.points_of_service(1).rates, ElementsAre(0, DoubleEq(0.2)));
  // Of another process.
  EXPECT_EQ(history_.point_count(4), 3U);
}

TEST_F(HistoryTest, PointsAreEmptyWithoutARequestInTheirTicks) {
  count("/a");
  tick(2);
  EXPECT_THAT(points_of("/a", 0).rates, SizeIs(2));
  EXPECT_THAT(points_of("/a", 1).rates, SizeIs(0));
}

TEST_F(HistoryTest, RingWrapsAround) {
  for (std::size_t i = 1; i <= 400; ++i) {
    for (std::size_t j = 0; j < i % 7; ++j)
      count("/a");
    tick();
  }
  std::uint64_t last_minute = 0;
  std::uint64_t quarter = 0;
  for (std::size_t i = 221; i <= 400; ++i) {
    quarter += i % 7;
    last_minute += i > 400 - kOneMinute ? i % 7 : 0;
  }
  EXPECT_EQ(use_of("/a", kOneMinute).requests(), last_minute);
  EXPECT_EQ(use_of("/a", History::kTicks).requests(), quarter);
  EXPECT_EQ(use_of("/a", 1'000).requests(), quarter);
  EXPECT_EQ(live(1'000).covered, History::kTicks * History::kTickTime);
  const Points points = points_of("/a", 0);
  ASSERT_THAT(points.rates, SizeIs(History::kTicks));
  for (std::size_t i = 0; i < History::kTicks; ++i)
    EXPECT_DOUBLE_EQ(points.rates[i] * 5, static_cast<double>((221 + i) % 7)) << i;
}

TEST_F(HistoryTest, IdleEndpointGivesItsMemoryBackAndReturns) {
  count("/a");
  tick();
  const TimePoint used = now_;
  const std::size_t memory = history_.memory_bytes();
  EXPECT_GT(memory, 0U);
  tick(History::kTicks - 1);
  EXPECT_EQ(history_.memory_bytes(), memory);
  EXPECT_EQ(use_of("/a", History::kTicks).requests(), 1U);
  tick();
  EXPECT_EQ(history_.memory_bytes(), 0U);
  EXPECT_EQ(use_of("/a", History::kTicks).requests(), 0U);
  EXPECT_EQ(use_of("/a").requests_total, 1U);
  EXPECT_EQ(use_of("/a").last_used, used);

  count("/a", 404);
  EXPECT_EQ(use_of("/a").last_used, now_);
  tick();
  EXPECT_EQ(history_.memory_bytes(), memory);
  EXPECT_THAT(use_of("/a", History::kTicks).by_class, ElementsAre(0, 0, 0, 1, 0));
  EXPECT_THAT(points_of("/a", 0).rates, SizeIs(History::kTicks));
  tick(History::kTicks);
  EXPECT_EQ(history_.memory_bytes(), 0U);
}

TEST_F(HistoryTest, EndpointsComeAndGoWithTheConfiguration) {
  registry_.intern("/stays");
  const EndpointId goes = registry_.intern("/goes");
  const EndpointId used = registry_.intern("/used");
  EXPECT_THAT(labels(), ElementsAre("/stays", "/goes", "/used"));
  count("/used");
  tick();
  registry_.retire(goes);
  registry_.retire(used);
  registry_.intern("/new");
  EXPECT_THAT(labels(), ElementsAre("/used", "/stays", "/new"));
  EXPECT_FALSE(history_.detail("/goes", kOneMinute, now_));
  EXPECT_TRUE(history_.detail("/used", kOneMinute, now_));
  count("/new");
  count("/new");
  tick();
  EXPECT_THAT(labels(), ElementsAre("/new", "/used", "/stays"));
  registry_.intern("/goes");
  EXPECT_THAT(labels(), ElementsAre("/new", "/used", "/stays", "/goes"));
}

TEST_F(HistoryTest, OverflowEndpointIsShownOnceItIsUsed) {
  registry_.intern("/a");
  EXPECT_THAT(labels(), ElementsAre("/a"));
  count({.endpoint = kOverflowEndpoint, .method = Method::get, .status = 503, .duration = 1ms});
  tick();
  EXPECT_THAT(labels(), ElementsAre("overflow", "/a"));
  EXPECT_THAT(use_of("overflow").by_class, ElementsAre(0, 0, 0, 0, 1));
  const auto detail = history_.detail("overflow", kOneMinute, now_);
  ASSERT_TRUE(detail);
  ASSERT_THAT(detail->statuses, SizeIs(1));
  EXPECT_EQ(detail->statuses[0].status, 5);
}

TEST_F(HistoryTest, DynamicEndpointsCanBeHidden) {
  const EndpointId unmatched = registry_.intern("unmatched");
  const EndpointId dynamic = registry_.shard(0).endpoint_for("/secret");
  count({.endpoint = dynamic, .method = Method::get, .status = 200, .duration = 1ms});
  count("unmatched", 404);
  EXPECT_THAT(labels(), ElementsAre("unmatched", "/secret"));
  history_.hide_dynamic_endpoints_in(unmatched);
  tick();
  EXPECT_THAT(labels(), ElementsAre("unmatched"));
  EXPECT_THAT(use_of("unmatched").by_class, ElementsAre(0, 1, 0, 1, 0));
  EXPECT_THAT(points_of("unmatched", 0).rates, ElementsAre(DoubleEq(0.4)));
  EXPECT_FALSE(history_.detail("/secret", kOneMinute, now_));
  EXPECT_EQ(history_.detail("unmatched", kOneMinute, now_)->durations.count(), 2);
}

TEST_F(HistoryTest, ServiceMergesEndpointsWithOtherBuckets) {
  const double bounds[] = {1, 2};
  const EndpointId other = registry_.intern("/other", {.buckets = *Buckets::from_seconds(bounds)});
  count("/usual", 200, 4ms);
  count({.endpoint = other, .method = Method::get, .status = 200, .duration = 1500ms});
  tick();
  const Distribution all = live().service.durations;
  EXPECT_EQ(all.count(), 2);
  EXPECT_EQ(all.bounds.size(), kDefaultBounds.size() + 1);  // and 2
  EXPECT_THAT(mean(all), Optional(DoubleEq(0.752)));
  EXPECT_THAT(quantile(0.75, all), Optional(DoubleEq(1.5)));
}

TEST_F(HistoryTest, CountsTheTarget) {
  const EndpointId endpoint = registry_.intern("/a", {.slo = 100ms});
  for (const Nanoseconds duration : {50ms, 60ms, 200ms})
    count({.endpoint = endpoint, .method = Method::get, .status = 200, .duration = duration});
  tick();
  const auto slo = use_of("/a").slo;
  ASSERT_TRUE(slo);
  EXPECT_EQ(slo->target, 100ms);
  EXPECT_EQ(slo->good, 2U);
  EXPECT_EQ(slo->total, 3U);
  registry_.intern("/b");
  EXPECT_FALSE(use_of("/b").slo);
}

TEST_F(HistoryTest, MeasuresPhasesWhereTheyAreOn) {
  ExtraHistogramSet extras;
  extras.insert(ExtraHistogram::kBackendTtfb);
  count({.endpoint = registry_.intern("/a", {.extras = extras}),
         .method = Method::get,
         .status = 200,
         .duration = 50ms,
         .backend_ttfb = 40ms});
  tick();
  const auto detail = history_.detail("/a", kOneMinute, now_);
  ASSERT_TRUE(detail);
  EXPECT_FALSE(detail->queue);
  ASSERT_TRUE(detail->backend);
  EXPECT_THAT(mean(*detail->backend), Optional(DoubleEq(0.04)));
  registry_.intern("/b");
  const auto unused = history_.detail("/b", kOneMinute, now_);
  ASSERT_TRUE(unused);
  EXPECT_EQ(unused->durations.bounds.size(), kDefaultBounds.size());
  EXPECT_THAT(unused->durations.counts, Each(0));
}

TEST_F(HistoryTest, ExemplarsAreTheNewestOfTheirBucketsAndTheSlowestComeFirst) {
  const EndpointId endpoint = registry_.intern("/a");
  std::uint64_t id = 0;
  for (const Nanoseconds duration : {Nanoseconds(30ms), Nanoseconds(20s), Nanoseconds(31ms)}) {
    const TraceContext trace{1, 2, ++id};
    count({.endpoint = endpoint,
           .method = id == 3 ? Method::put : Method::get,
           .status = 200,
           .duration = duration,
           .trace = &trace});
  }
  const auto detail = history_.detail("/a", kOneMinute, now_);
  ASSERT_TRUE(detail);
  ASSERT_THAT(detail->exemplars, SizeIs(2));
  EXPECT_EQ(detail->exemplars[0].trace.span_id, 2U);
  EXPECT_EQ(detail->exemplars[0].bound, std::nullopt);
  EXPECT_EQ(detail->exemplars[1].trace.span_id, 3U);
  EXPECT_THAT(detail->exemplars[1].bound, Optional(0.05));
  EXPECT_DOUBLE_EQ(detail->exemplars[1].seconds, 0.031);
}

TEST_F(HistoryTest, CountsStreamsAndRequestsThatAreUnderWay) {
  Shard& shard = registry_.shard(1);
  const EndpointId endpoint = registry_.intern("/a");
  const StartedExchange started = shard.exchange_started(endpoint, Method::get);
  ASSERT_TRUE(shard.stream_began(endpoint, StreamKind::kEvents));
  EXPECT_EQ(use_of("/a").streams_active, 1U);
  EXPECT_EQ(live().service.streams_active, 1U);
  EXPECT_EQ(live().service.in_flight, 1U);
  EXPECT_EQ(use_of("/a").in_flight, 1U);
  EXPECT_EQ(use_of("/a").last_used, std::nullopt);
  shard.stream_ended(endpoint, StreamKind::kEvents, 1s, 0, 0);
  shard.exchange_finished(started, {.endpoint = endpoint, .method = Method::get, .status = 200});
  EXPECT_EQ(use_of("/a").streams_active, 0U);
  EXPECT_EQ(use_of("/a").in_flight, 0U);
}

TEST_F(HistoryTest, TellsWhatTheReasonsCountedInTheWindow) {
  Registry registry({.max_series = 5'000,
                     .label_values = {{"wayside_backend_errors_total", {"none", "reset"}},
                                      {"wayside_rejected_requests_total", {"bad_chunk"}}}});
  History history(registry, now_);
  registry.shard(0).add("wayside_backend_errors_total", 1);
  for (std::size_t i = 0; i < kOneMinute; ++i)
    history.tick(now_ += History::kTickTime);
  registry.shard(0).add("wayside_rejected_requests_total", 0);
  const ProcessCounts minute = history.live(kOneMinute, now_).process;
  EXPECT_THAT(minute.backend_errors_in_window, ElementsAre(testing::Pair("reset", 1)));
  EXPECT_THAT(minute.rejected_in_window, ElementsAre(testing::Pair("bad_chunk", 1)));
  history.tick(now_ += History::kTickTime);
  const ProcessCounts later = history.live(kOneMinute, now_).process;
  EXPECT_THAT(later.backend_errors, ElementsAre(testing::Pair("reset", 1)));
  EXPECT_THAT(later.backend_errors_in_window, SizeIs(0));
  EXPECT_THAT(later.rejected_in_window, ElementsAre(testing::Pair("bad_chunk", 1)));
}

TEST_F(HistoryTest, ReadsTheCountsOfTheProcess) {
  Registry registry(
      {.max_series = 5'000, .label_values = {{"wayside_backend_errors_total", {"none", "reset"}}}});
  History history(registry, now_);
  Shard& shard = registry.shard(0);
  shard.add("wayside_backend_errors_total", 1);
  shard.change({"wayside_backend_connections", "idle"}, 3);
  shard.add("wayside_backend_retries_total");
  shard.observe_overhead(20us);
  const LiveUse use = history.live(kOneMinute, now_);
  EXPECT_THAT(use.process.backend_errors, ElementsAre(testing::Pair("reset", 1)));
  EXPECT_THAT(use.process.rejected, SizeIs(0));
  EXPECT_EQ(use.process.backend_idle, 3U);
  EXPECT_EQ(use.process.backend_retries, 1U);
  EXPECT_EQ(use.process.series_limit, 5'000U);
  EXPECT_THAT(quantile(1, use.overhead), Optional(DoubleEq(0.000025)));
  history.tick(now_ + 5s);
  EXPECT_EQ(history.live(1, now_ + 5s).overhead.count(), 1);
}

// The bound that the header states.
TEST_F(HistoryTest, MemoryIsBoundedByTheSeriesBudget) {
  Registry registry({.max_series = 2'000});
  History history(registry, now_);
  std::size_t methods = 0;
  for (int i = 0; i < 200; ++i) {
    const EndpointId endpoint = registry.shard(0).endpoint_for("/" + std::to_string(i));
    methods += endpoint == kOverflowEndpoint ? 0 : 1;
    registry.shard(0).exchange_finished(
        registry.shard(0).exchange_started(endpoint, Method::get),
        {.endpoint = endpoint, .method = Method::get, .status = 200, .duration = 1ms});
  }
  history.tick(now_ + 5s);
  const std::size_t series = history.live(1, now_ + 5s).process.series;
  EXPECT_GT(methods, 20U);
  EXPECT_GT(history.memory_bytes(), 0U);
  EXPECT_LE(history.memory_bytes(), 720 * series + 3'600 * (methods + 1) + 720 * 12);
}

}  // namespace
}  // namespace wayside::metrics
