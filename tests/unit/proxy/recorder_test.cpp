#include "proxy/recorder.hpp"

#include "wayside/proxy/reasons.hpp"

#include "support/proxy_stage.hpp"
#include "unit/proxy/recording.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using metrics::AbortPhase;

std::string requests(std::string_view endpoint, unsigned status) {
  return fmt::format(R"(http_requests_total{{endpoint="{}",http_status="{}",method="GET"}})", endpoint,
                     status);
}

class RecorderTest : public testing::Test {
 protected:
  void serve(std::string_view target, unsigned status) {
    Recording recording(stage_, target);
    recording.respond(status);
    recording.recorder.end(Outcome::kCompleted, {});
  }
  void fail(std::string_view target, const End& end) {
    Recording recording(stage_, target);
    recording.recorder.end(end, {});
  }

  test::ProxyStage stage_;
};

TEST_F(RecorderTest, CountsAnExchangeOnce) {
  {
    Recording recording(stage_);
    EXPECT_EQ(stage_.in_flight(), 1);
    recording.respond(200);
    EXPECT_EQ(stage_.requests(), 0);
    recording.recorder.end(Outcome::kCompleted, {});
    EXPECT_EQ(stage_.in_flight(), 0);
  }
  EXPECT_EQ(stage_.requests(200), 1);
  EXPECT_EQ(stage_.requests(), 1);
}

TEST_F(RecorderTest, EndsAnExchangeThatWasCutShort) {
  stage_.settings.access_log = config::AccessLog::kJson;
  { const Recording recording(stage_); }
  EXPECT_EQ(stage_.in_flight(), 0);
  EXPECT_EQ(stage_.requests(500), 1);
  EXPECT_EQ(stage_.metric(R"(wayside_rejected_requests_total{reason="internal_error"})"), 1);
  EXPECT_NE(stage_.access_log().find(R"("status":500,"outcome":"internal_error")"), std::string::npos);

  {
    Recording recording(stage_);
    recording.respond(206);
  }
  EXPECT_EQ(stage_.requests(206), 1) << "the status that the client was sent";
  EXPECT_EQ(stage_.requests(), 2);
}

TEST_F(RecorderTest, CountsEveryOutcomeUnderItsStatusAndReason) {
  for (std::size_t i = 1; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (outcome == Outcome::kRejected || outcome == Outcome::kBadResponse) continue;  // the violation says it
    const double before = stage_.requests(status_of(outcome));
    fail("/", outcome);
    EXPECT_EQ(stage_.requests(status_of(outcome)), before < 0 ? 1 : before + 1) << to_token(outcome);
    const bool is_backends = side_of(outcome) == Side::kBackend;
    EXPECT_EQ(stage_.metric(fmt::format(R"(wayside_backend_errors_total{{reason="{}"}})", to_token(outcome))),
              is_backends ? 1 : -1);
    EXPECT_EQ(
        stage_.metric(fmt::format(R"(wayside_rejected_requests_total{{reason="{}"}})", to_token(outcome))),
        rejection_reason(outcome) ? 1 : -1);
  }
  double refused = 0;
  for (std::size_t i = 0; i < http::kViolationCount; ++i) {
    const auto violation = static_cast<http::Violation>(i);
    if (!to_token(violation).empty()) {
      const End end = violation;
      fail("/", end);
      ++refused;
      EXPECT_GE(stage_.requests(status_of(end)), 1);
      EXPECT_EQ(
          stage_.metric(fmt::format(R"(wayside_rejected_requests_total{{reason="{}"}})", to_token(end))), 1);
    }
    if (!to_response_token(violation).empty()) {
      const End end = End::bad_response(violation);
      fail("/", end);
      ++refused;
      EXPECT_GE(stage_.requests(502), 1);
      EXPECT_EQ(stage_.metric(fmt::format(R"(wayside_backend_errors_total{{reason="{}"}})", to_token(end))),
                1);
    }
  }
  EXPECT_EQ(stage_.requests(), kOutcomeCount - 3 + refused);
}

TEST_F(RecorderTest, TellsWhereAClientLeft) {
  for (const Outcome outcome : {Outcome::kClientAborted, Outcome::kClientStalled}) {
    for (const AbortPhase phase : {AbortPhase::kRequest, AbortPhase::kWaiting, AbortPhase::kResponse}) {
      Recording recording(stage_);
      recording.recorder.end(outcome, {.phase = phase});
    }
  }
  for (const std::string_view phase : {"request", "waiting", "response"}) {
    EXPECT_EQ(stage_.metric(
                  fmt::format(R"(wayside_client_aborts_total{{endpoint="unmatched",phase="{}"}})", phase)),
              2);
  }
  EXPECT_EQ(stage_.requests(499), 6);
}

TEST_F(RecorderTest, MeetsNoTargetWithAFault) {
  stage_.add_route("/a").slo = Milliseconds(60'000);
  const auto good = R"(http_request_slo_good_total{endpoint="/a",method="GET"})";
  const auto total = R"(http_request_slo_total{endpoint="/a",method="GET"})";
  serve("/a", 200);
  EXPECT_EQ(stage_.metric(good), 1);
  for (const Outcome fault : {Outcome::kResponseTruncated, Outcome::kShutDown}) {
    Recording recording(stage_, "/a");
    recording.respond(200);
    recording.recorder.end(fault, {});
  }
  EXPECT_EQ(stage_.metric(good), 1);
  EXPECT_EQ(stage_.metric(total), 3);
  fail("/a", http::Violation::kBadChunk);
  EXPECT_EQ(stage_.metric(good), 2) << "the fault of the client";
  fail("/a", Outcome::kClientAborted);
  EXPECT_EQ(stage_.metric(total), 4) << "nobody knows how long it would have taken";
}

TEST_F(RecorderTest, CountsUnderTheLabelOfTheRoute) {
  stage_.add_route("/users/{id}");
  stage_.add_route("/a").name = "name";
  serve("/users/7?x", 200);
  serve("/a", 404);
  serve("/b", 404);
  EXPECT_EQ(stage_.metric(requests("/users/{id}", 200)), 1);
  EXPECT_EQ(stage_.metric(requests("name", 404)), 1);
  EXPECT_EQ(stage_.metric(requests("unmatched", 404)), 1);
  EXPECT_EQ(stage_.use(1).hits(), 1U);
  EXPECT_EQ(stage_.use(2).client_errors(), 1U);
  EXPECT_EQ(stage_.use(routes::kUnmatched).hits(), 1U);
}

TEST_F(RecorderTest, CountsNothingOfAnExcludedRouteButItsUse) {
  stage_.add_route("/health").is_excluded = true;
  stage_.settings.measurement.route_header = "X-Route";
  Recording recording(stage_, "/health");
  recording.declare("X-Route: /other\r\n");
  recording.respond(503);
  recording.recorder.end(Outcome::kResponseTruncated, {});
  fail("/health", http::Violation::kBadChunk);
  EXPECT_EQ(stage_.requests(), 0);
  EXPECT_EQ(stage_.in_flight(), 0);
  EXPECT_EQ(stage_.metric("wayside_overhead_seconds_count"), 0);
  EXPECT_EQ(stage_.metric(R"(wayside_backend_errors_total{reason="response_truncated"})"), 0);
  EXPECT_EQ(stage_.metric(R"(wayside_rejected_requests_total{reason="bad_chunk"})"), 0);
  EXPECT_EQ(stage_.use(1).hits(), 2U);
  EXPECT_EQ(stage_.use(1).server_errors(), 1U);
}

// A stream may stay open for days.
TEST_F(RecorderTest, CountsAStreamAsUseWhenItBegins) {
  stage_.add_route("/events");
  stage_.add_route("/private").is_excluded = true;
  struct Case {
    std::string_view target;
    routes::RouteId route;
    Outcome outcome;
  };
  for (const Case& c : {Case{"/events", 1, Outcome::kCompleted}, Case{"/private", 2, Outcome::kClientAborted},
                        Case{"/other", routes::kUnmatched, Outcome::kResponseTruncated}}) {
    Recording recording(stage_, c.target);
    recording.respond(404);
    EXPECT_EQ(stage_.use(c.route).hits(), 0U) << c.target;
    const TimePoint before = Clock::now();
    recording.recorder.begin_stream(metrics::StreamKind::kEvents);
    for (const bool has_ended : {false, true}) {
      EXPECT_EQ(stage_.use(c.route).hits(), 1U) << c.target << has_ended;
      EXPECT_EQ(stage_.use(c.route).client_errors(), 1U) << c.target << has_ended;
      EXPECT_EQ(stage_.use(c.route).server_errors(), 0U) << c.target << has_ended;
      EXPECT_GE(stage_.use(c.route).last(), before) << c.target;
      if (!has_ended) recording.recorder.end(c.outcome, {});
    }
  }
}

TEST_F(RecorderTest, ShowsTheStatusOfAnUnmatchedStreamWhenItBegins) {
  Recording recording(stage_, "/live/7");
  recording.respond(200);
  recording.recorder.begin_stream(metrics::StreamKind::kEvents);
  EXPECT_EQ(stage_.unmatched().read().at(0).statuses[0], 200U);
  recording.recorder.end(Outcome::kCompleted, {});
  EXPECT_EQ(stage_.unmatched().read().at(0).count, 1U);
}

TEST_F(RecorderTest, ShowsUnmatchedPathsWithTheirStatuses) {
  serve("/users/7", 404);
  serve("/users/8", 200);
  const auto seen = stage_.unmatched().read();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].count, 2U);
  EXPECT_EQ(seen[0].suggestion(), "/users/{id}");
  EXPECT_EQ(seen[0].statuses[0], 404);
  EXPECT_EQ(seen[0].statuses[1], 200);
}

// A scanner's paths earn no series; those that the backend knows do.
TEST_F(RecorderTest, GivesAPathSeriesOnceAnAnswerShowsThatItIsThere) {
  stage_.settings.unmatched = routes::UnmatchedPolicy::kPath;
  serve("/word", 404);
  fail("/word", Outcome::kConnectFailed);
  EXPECT_EQ(stage_.metric(requests("unmatched", 404)), 1);
  EXPECT_EQ(stage_.metric(requests("unmatched", 502)), 1);
  serve("/word", 200);
  serve("/word?q", 404);
  fail("/word", Outcome::kConnectFailed);
  EXPECT_EQ(stage_.metric(requests("/word", 200)), 1);
  EXPECT_EQ(stage_.metric(requests("/word", 404)), 1);
  EXPECT_EQ(stage_.metric(requests("/word", 502)), 1);
}

TEST_F(RecorderTest, CountsAnExchangeWhereAnotherHasEarnedSeriesMeanwhile) {
  stage_.settings.unmatched = routes::UnmatchedPolicy::kPath;
  Recording late(stage_, "/word");
  serve("/word", 200);
  late.respond(404);
  late.recorder.end(Outcome::kCompleted, {});
  EXPECT_EQ(stage_.metric(requests("/word", 404)), 1);
}

TEST_F(RecorderTest, GuessesATemplate) {
  stage_.settings.unmatched = routes::UnmatchedPolicy::kGuess;
  serve("/users/7", 200);
  serve("/users/8", 200);
  EXPECT_EQ(stage_.metric(requests("/users/{id}", 200)), 2);
}

TEST_F(RecorderTest, CountsAsOverflowWhatFindsNoRoom) {
  stage_.settings.unmatched = routes::UnmatchedPolicy::kPath;
  stage_.settings.measurement.max_series =
      metrics::least_max_series({}, false) + metrics::guaranteed_series({}, {});  // for "unmatched"
  for (int i = 0; i < 3; ++i)
    serve(fmt::format("/{}", i), 200);
  EXPECT_EQ(stage_.metric(R"(http_requests_total{endpoint="overflow",http_status="2xx",method="GET"})"), 3);
  EXPECT_EQ(stage_.metric("wayside_series_overflow_total"), 3);
}

TEST_F(RecorderTest, CountsUnderTheRouteThatTheBackendDeclares) {
  stage_.settings.measurement.route_header = "X-Route";
  stage_.add_route("/a");
  for (const std::string_view target : {"/a", "/b"}) {
    Recording recording(stage_, target);
    recording.declare("x-route: /declared/<id>\r\nX-Route: /second\r\n");
    recording.respond(404);
    recording.recorder.end(Outcome::kCompleted, {});
  }
  EXPECT_EQ(stage_.metric(requests("/declared/<id>", 404)), 2);
  EXPECT_EQ(stage_.requests(), 2);
}

TEST_F(RecorderTest, IsInFlightUnderTheMatchedRouteWhateverTheBackendDeclares) {
  stage_.settings.measurement.route_header = "X-Route";
  stage_.add_route("/a");
  const auto matched = R"(http_requests_in_flight{endpoint="/a",method="GET"})";
  const auto declared = R"(http_requests_in_flight{endpoint="/declared",method="GET"})";
  for (const double before : {-1, 0}) {
    Recording recording(stage_, "/a");
    EXPECT_EQ(stage_.metric(matched), 1);
    recording.declare("X-Route: /declared\r\n");
    recording.respond(200);
    recording.recorder.begin_stream(metrics::StreamKind::kEvents);
    EXPECT_EQ(stage_.metric(matched), 1) << "a stream is in flight while it lasts";
    EXPECT_EQ(stage_.metric(declared), before);
    recording.recorder.end(Outcome::kCompleted, {});
    EXPECT_EQ(stage_.metric(matched), 0);
    EXPECT_EQ(stage_.metric(declared), 0);
  }
}

TEST_F(RecorderTest, IsNotInFlightWithoutARequest) {
  Recording recording(stage_, Recording::WithoutHead{});
  EXPECT_EQ(stage_.in_flight(), 0);
  recording.recorder.end(http::Violation::kMalformedHead, {});
  EXPECT_EQ(stage_.in_flight(), 0);
  EXPECT_EQ(stage_.metric(R"(http_requests_total{endpoint="unmatched",http_status="400",method="OTHER"})"),
            1);
}

TEST_F(RecorderTest, TakesNoDeclaredRouteThatIsNoLabel) {
  stage_.settings.measurement.route_header = "X-Route";
  stage_.add_route("/a");
  for (const std::string& declared :
       {std::string("no path"), std::string("/\xc3\xa4"), "/" + std::string(256, 'x'), std::string()}) {
    Recording recording(stage_, "/a");
    recording.declare(fmt::format("X-Route: {}\r\n", declared));
    recording.respond(200);
    recording.recorder.end(Outcome::kCompleted, {});
  }
  EXPECT_EQ(stage_.metric(requests("/a", 200)), 4);
}

TEST_F(RecorderTest, KeepsTheMatchedRouteWhereADeclaredOneFindsNoRoom) {
  stage_.settings.measurement.route_header = "X-Route";
  stage_.add_route("/a");
  stage_.settings.measurement.max_series =
      metrics::least_max_series({}, false) + 2 * metrics::guaranteed_series({}, {});
  Recording recording(stage_, "/a");
  recording.declare("X-Route: /declared\r\n");
  recording.respond(200);
  recording.recorder.end(Outcome::kCompleted, {});
  EXPECT_EQ(stage_.metric(requests("/a", 200)), 1);
}

TEST_F(RecorderTest, IgnoresDeclaredRoutesUnlessAFieldIsConfigured) {
  Recording recording(stage_);
  recording.declare("X-Route: /declared\r\n");
  recording.respond(200);
  recording.recorder.end(Outcome::kCompleted, {});
  EXPECT_EQ(stage_.requests(200), 1);
}

TEST_F(RecorderTest, CountsByTheLabelsOfHeaderFields) {
  stage_.settings.measurement.labels = {{"X-Tier", {"tier", {"gold", "silver"}}}};
  for (const std::string_view fields : {"x-tier: gold\r\n", "X-Tier: tin\r\n", ""}) {
    Recording recording(stage_, "/", fields);
    recording.respond(200);
    recording.recorder.end(Outcome::kCompleted, {});
  }
  const auto of = [&](std::string_view tier) {
    return stage_.metric(fmt::format(
        R"(http_requests_total{{endpoint="unmatched",http_status="200",method="GET",tier="{}"}})", tier));
  };
  EXPECT_EQ(of("gold"), 1);
  EXPECT_EQ(of("silver"), -1);
  EXPECT_EQ(of("other"), 2);
}

// The number of GETs of "unmatched" with that status and transport, under the naming otel.
std::string otel_count(unsigned status, std::string_view version, std::string_view scheme) {
  return fmt::format(
      R"(http_server_request_duration_seconds_count{{http_request_method="GET",http_response_status_code="{}",)"
      R"(http_route="unmatched",network_protocol_version="{}",url_scheme="{}"}})",
      status, version, scheme);
}

TEST_F(RecorderTest, TellsSchemeAndVersionUnderTheNamingOtel) {
  stage_.settings.namings = {metrics::Naming::kOtel};
  stage_.settings.trusted_proxies.networks.push_back(parse_network("192.0.2.1").value());
  serve("/", 200);
  EXPECT_EQ(stage_.metric(otel_count(200, "1.1", "http")), 1);
  {
    Recording old(stage_, Recording::WithoutHead{});
    old.receive("GET / HTTP/1.0\r\n\r\n");
    old.respond(200);
    old.recorder.end(Outcome::kCompleted, {});
    EXPECT_EQ(stage_.metric(otel_count(200, "1.0", "http")), 1);
  }
  Recording forwarded(stage_, "/", "X-Forwarded-Proto: https\r\n");
  EXPECT_EQ(
      stage_.metric(
          R"(http_server_active_requests{http_request_method="GET",http_route="unmatched",url_scheme="https"})"),
      1);
  forwarded.respond(200);
  forwarded.recorder.end(Outcome::kCompleted, {});
  EXPECT_EQ(stage_.metric(otel_count(200, "1.1", "https")), 1);
}

TEST_F(RecorderTest, TellsTheSchemeOfTheConnectionWhereNoTrustedProxyNamesOne) {
  stage_.settings.namings = {metrics::Naming::kOtel};
  const auto serve_over = [this](bool uses_tls, std::string_view fields) {
    Recording recording(stage_, Recording::WithoutHead{});
    recording.client.connection.uses_tls = uses_tls;
    recording.receive(fmt::format("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", fields));
    recording.respond(200);
    recording.recorder.end(Outcome::kCompleted, {});
  };
  serve_over(true, "");
  serve_over(true, "X-Forwarded-Proto: http\r\n");
  EXPECT_EQ(stage_.metric(otel_count(200, "1.1", "https")), 2);
  serve_over(false, "X-Forwarded-Proto: https\r\n");
  EXPECT_EQ(stage_.metric(otel_count(200, "1.1", "http")), 1);
}

TEST_F(RecorderTest, TellsTheSchemeOfARequestWithoutAHead) {
  stage_.settings.namings = {metrics::Naming::kHttp, metrics::Naming::kOtel};
  for (const bool uses_tls : {false, true}) {
    Recording recording(stage_, Recording::WithoutHead{});
    recording.client.connection.uses_tls = uses_tls;
    recording.recorder.end(http::Violation::kMalformedHead, {});
  }
  for (const std::string_view scheme : {"http", "https"}) {
    EXPECT_EQ(stage_.metric(fmt::format(R"(http_server_active_requests{{http_request_method="_OTHER",)"
                                        R"(http_route="unmatched",url_scheme="{}"}})",
                                        scheme)),
              0);
  }
  EXPECT_EQ(stage_.metric(R"(http_requests_total{endpoint="unmatched",http_status="400",method="OTHER"})"),
            2);
}

}  // namespace
}  // namespace wayside::proxy
