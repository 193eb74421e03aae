#include "admin/api.hpp"

#include "unit/admin/admin_test_support.hpp"

#include <boost/json/src.hpp>  // the library as headers: there is none to link
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wayside::admin {
namespace {

namespace json = boost::json;

class Api : public testing::Test {
 protected:
  // The answer to a GET, with the status that is expected.
  json::value get(std::string_view target, unsigned status = 200) {
    std::string body = "what was there before";
    const Page page = answer(fixture_.pages(), {"GET", target}, body);
    EXPECT_EQ(page.status, status) << target;
    EXPECT_EQ(page.content_type, "application/json");
    EXPECT_TRUE(page.is_negotiated);
    EXPECT_EQ(body.back(), '\n');
    return json::parse(body);
  }
  std::string error_of(std::string_view target, unsigned status) {
    return std::string(get(target, status).at("error").as_string());
  }
  void count(std::string_view label, unsigned status, Nanoseconds duration) {
    metrics::Shard& shard = fixture_.registry.shard(0);
    const metrics::EndpointId endpoint = fixture_.registry.intern(label);
    shard.exchange_finished(
        shard.exchange_started(endpoint, Method::put),
        {.endpoint = endpoint, .method = Method::put, .status = status, .duration = duration});
  }

  Fixture fixture_;
};

TEST_F(Api, LiveHasTheStateOfTheProcess) {
  fixture_.backend_is_up = false;
  fixture_.warnings = {"wayside.yaml:1: \"odd\""};
  fixture_.backend_outage = BackendOutage{"connect_failed: Connection refused", std::chrono::seconds(12)};
  fixture_.configuration = {42, false, std::chrono::system_clock::from_time_t(1767268860), true,
                            "w.yaml:7: bad"};
  const json::value live = get("/api/v1/live");
  EXPECT_EQ(live.at("started"), "2026-01-01T12:00:00Z");
  EXPECT_EQ(live.at("version"), "1.2.3");
  EXPECT_EQ(live.at("tick"), 0);
  EXPECT_EQ(live.at("tick_seconds"), 5);
  EXPECT_EQ(live.at("window_seconds"), 300);
  EXPECT_EQ(live.at_pointer("/listen/0"), "0.0.0.0:8080");
  EXPECT_EQ(live.at_pointer("/backend/address"), "http://app:5000/<b>&\"");
  EXPECT_EQ(live.at_pointer("/backend/up"), false);
  EXPECT_EQ(live.at_pointer("/backend/error"), "connect_failed: Connection refused");
  EXPECT_EQ(live.at_pointer("/backend/failed_for").to_number<double>(), 12);
  EXPECT_EQ(live.at_pointer("/backend/errors"), json::object());
  EXPECT_EQ(live.at_pointer("/backend/connections/idle"), 0);
  EXPECT_EQ(live.at_pointer("/backend/errors_total"), json::object());
  EXPECT_EQ(live.at_pointer("/clients/connections"), 0);
  EXPECT_EQ(live.at_pointer("/series/limit"), 20'000);
  EXPECT_EQ(live.at_pointer("/configuration/routes"), 42);
  EXPECT_EQ(live.at_pointer("/configuration/last_reload_successful"), false);
  EXPECT_EQ(live.at_pointer("/configuration/last_reload"), "2026-01-01T12:01:00Z");
  EXPECT_EQ(live.at_pointer("/configuration/last_reload_error"), "w.yaml:7: bad");
  EXPECT_EQ(live.at_pointer("/configuration/warnings/0"), "wayside.yaml:1: \"odd\"");
  EXPECT_EQ(live.at_pointer("/overhead/p50"), nullptr);
  EXPECT_EQ(live.at_pointer("/service/in_flight"), 0);
  EXPECT_EQ(live.at_pointer("/service/points"), nullptr);
  EXPECT_FALSE(live.at("service").as_object().contains("label"));
}

TEST_F(Api, OnlyGetAndHeadAreAllowed) {
  std::string body;
  const Page page = answer(fixture_.pages(), {"POST", "/api/v1/live"}, body);
  EXPECT_EQ(page.status, 405U);
  EXPECT_EQ(page.allow, "GET, HEAD");
  EXPECT_EQ(page.content_type, "application/json");
  EXPECT_EQ(json::parse(body).at("error"), "Only GET and HEAD are allowed here.");
}

TEST_F(Api, LiveLeavesOutWhatDidNotHappen) {
  const json::value live = get("/api/v1/live");
  EXPECT_EQ(live.at_pointer("/backend/error"), nullptr);
  EXPECT_EQ(live.at_pointer("/backend/failed_for"), nullptr);
  EXPECT_EQ(live.at_pointer("/configuration/last_reload"), nullptr);
  EXPECT_EQ(live.at_pointer("/configuration/last_reload_error"), nullptr);
}

TEST_F(Api, LiveHasTheEndpointsOfTheWindow) {
  const TimePoint begin = Clock::now();
  fixture_.registry.intern("/unused");
  count("/busy", 500, std::chrono::milliseconds(30));
  count("/busy", 204, std::chrono::milliseconds(30));
  fixture_.history.tick(begin + std::chrono::seconds(5));
  const json::value live = get("/api/v1/live?window=1m&since=0");
  EXPECT_EQ(live.at("tick"), 1);
  EXPECT_EQ(live.at("window_seconds"), 60);
  const json::value& busy = live.at_pointer("/endpoints/0");
  EXPECT_EQ(busy.at("label"), "/busy");
  EXPECT_EQ(busy.at_pointer("/methods/0"), "PUT");
  EXPECT_EQ(busy.at("requests"), 2);
  EXPECT_EQ(busy.at("status"), json::value({{"1xx", 0}, {"2xx", 1}, {"3xx", 0}, {"4xx", 0}, {"5xx", 1}}));
  EXPECT_EQ(busy.at("error_share").as_double(), 0.5);
  EXPECT_EQ(busy.at("mean").as_double(), 0.03);
  EXPECT_EQ(busy.at("p50").as_double(), 0.0375);  // halfway from 0.025 to 0.05
  EXPECT_EQ(busy.at("first_bound").as_double(), 0.005);
  EXPECT_EQ(busy.at("in_flight"), 0);
  EXPECT_EQ(busy.at("slo"), nullptr);
  EXPECT_EQ(busy.at("requests_total"), 2);
  EXPECT_EQ(busy.at_pointer("/points/p95").as_array().size(), 1U);
  EXPECT_TRUE(busy.at("last_used").is_string());
  EXPECT_EQ(live.at_pointer("/endpoints/1/label"), "/hello");
  const json::value& unused = live.at_pointer("/endpoints/2");
  EXPECT_EQ(unused.at("label"), "/unused");
  EXPECT_EQ(unused.at("requests"), 0);
  EXPECT_EQ(unused.at("error_share"), nullptr);
  EXPECT_EQ(unused.at("last_used"), nullptr);
  EXPECT_EQ(live.at_pointer("/service/requests"), 3);
  EXPECT_EQ(get("/api/v1/live?since=1").at_pointer("/endpoints/0/points"), nullptr);
  EXPECT_EQ(get("/api/v1/live?since=9").at_pointer("/endpoints/0/points/rate").as_array().size(), 1U);
}

TEST_F(Api, EndpointHasItsDetails) {
  count("/a b", 404, std::chrono::seconds(20));
  const json::value detail = get("/api/v1/endpoint?label=%2Fa%20b&window=15m");
  EXPECT_EQ(detail.at("label"), "/a b");
  EXPECT_EQ(detail.at("window_seconds"), 900);
  const json::array& counts = detail.at_pointer("/duration/counts").as_array();
  EXPECT_EQ(counts.size(), detail.at_pointer("/duration/le").as_array().size() + 1);
  EXPECT_EQ(counts.back(), 1);
  EXPECT_EQ(detail.at_pointer("/duration/count"), 1);
  EXPECT_EQ(detail.at_pointer("/duration/sum").to_number<double>(), 20);
  EXPECT_EQ(detail.at_pointer("/phases/queue"), nullptr);
  EXPECT_EQ(detail.at("statuses").as_array().size(), 1U);
  EXPECT_EQ(detail.at_pointer("/statuses/0"),
            json::value({{"method", "PUT"}, {"status", 404}, {"requests", 1}, {"requests_total", 1}}));
  EXPECT_EQ(detail.at("client_aborts"), json::value({{"request", 0}, {"waiting", 0}, {"response", 0}}));
  EXPECT_EQ(detail.at_pointer("/bytes/from_backend"), 0);
  EXPECT_EQ(detail.at("exemplars"), json::array());
}

TEST_F(Api, ClassesOfTheOverflowEndpointAreTexts) {
  metrics::Shard& shard = fixture_.registry.shard(0);
  shard.exchange_finished({}, {.endpoint = metrics::kOverflowEndpoint, .method = Method::get, .status = 503});
  EXPECT_EQ(get("/api/v1/endpoint?label=overflow").at_pointer("/statuses/0/status"), "5xx");
}

TEST_F(Api, HostileLabelsStayText) {
  const std::string label = "/\"},{\"</script>\x1b[2J\xff\\";
  for (int i = 0; i < 2; ++i)
    count(label, 200, std::chrono::milliseconds(1));
  const json::value live = get("/api/v1/live");
  EXPECT_EQ(live.at_pointer("/endpoints/0/label"), "/\"},{\"</script>\x1b[2J\xef\xbf\xbd\\");
  EXPECT_EQ(live.at("endpoints").as_array().size(), 2U);
  std::string body;
  answer(fixture_.pages(), {"GET", "/"}, body);
  EXPECT_EQ(body.find('\x1b'), body.npos);
}

TEST_F(Api, RoutesAreThoseOfThePageOfRoutes) {
  std::string body;
  answer(fixture_.pages(), {"GET", "/routes", "application/json"}, body);
  EXPECT_EQ(get("/api/v1/routes"), json::parse(body));
}

TEST_F(Api, MistakesAreSentences) {
  EXPECT_EQ(error_of("/api/v1/live?window=2m", 400), "The parameter \"window\" is one of 1m, 5m and 15m.");
  for (const std::string_view since : {"-1", "", "1x", "99999999999999999999"}) {
    EXPECT_EQ(error_of("/api/v1/live?since=" + std::string(since), 400),
              "The parameter \"since\" is the number of a tick.");
  }
  EXPECT_EQ(error_of("/api/v1/endpoint", 400), "The parameter \"label\" names the endpoint.");
  EXPECT_EQ(error_of("/api/v1/endpoint?label=/nowhere", 404), "There is no endpoint with this label.");
  EXPECT_THAT(error_of("/api/v2/live", 404), testing::StartsWith("There is no such resource."));
}

TEST_F(Api, WhatIsNotExposedIsNotFound) {
  fixture_.shows_page = false;
  EXPECT_THAT(error_of("/api/v1/live", 404), testing::HasSubstr("metrics.expose.page"));
  EXPECT_THAT(error_of("/api/v1/endpoint?label=/hello", 404), testing::HasSubstr("metrics.expose.page"));
  get("/api/v1/routes");
  fixture_.shows_routes = false;
  EXPECT_THAT(error_of("/api/v1/routes", 404), testing::HasSubstr("metrics.expose.routes"));
}

TEST_F(Api, EqualQuestionsShareAnAnswer) {
  const auto key = [this](std::string_view target) { return sharing_key(fixture_.pages(), {"GET", target}); };
  EXPECT_FALSE(key("/api/v1/live").empty());
  EXPECT_EQ(key("/api/v1/live"), key("/api/v1/live?window=5m&since=0"));
  EXPECT_NE(key("/api/v1/live"), key("/api/v1/live?window=1m"));
  EXPECT_NE(key("/api/v1/live"), key("/api/v1/live?since=1"));
  EXPECT_NE(key("/api/v1/endpoint?label=a"), key("/api/v1/endpoint?label=b"));
  EXPECT_FALSE(key("/api/v1/routes").empty());
  EXPECT_EQ(key("/api/v1/live?window=x"), "");
  EXPECT_EQ(key("/api/v1/nothing"), "");
}

}  // namespace
}  // namespace wayside::admin
