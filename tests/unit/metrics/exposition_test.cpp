#include "wayside/metrics/exposition.hpp"

#include "wayside/metrics/transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <regex>
#include <thread>

namespace wayside::metrics {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

void finish_after(Shard& shard, EndpointId endpoint, Method method, unsigned status, Nanoseconds duration) {
  shard.exchange_finished(shard.exchange_started(endpoint, method),
                          {.endpoint = endpoint, .method = method, .status = status, .duration = duration});
}

std::string render(const Registry& registry, std::vector<Naming> namings) {
  std::string text;
  Exposition(registry, {std::move(namings), {}, "1.2.3", "abc"}).render(text);
  return text;
}

// The value of the one line that starts with `series` and a blank.
double value_of(const std::string& text, const std::string& series) {
  const std::size_t found = text.find("\n" + series + " ");
  if (found == std::string::npos) return -1;
  return std::stod(text.substr(found + 1 + series.size()));
}

TEST(Exposition, FlaskNamingPrintsWhatThePythonExtensionPrints) {
  Registry registry({});
  const EndpointId root = registry.intern("/");
  for (int i = 0; i < 4; ++i)
    finish_after(registry.shard(0), root, Method::get, 200, Nanoseconds(250'697));
  EXPECT_THAT(render(registry, {Naming::kFlask}), StartsWith(R"(# HELP flask_request_count Flask Request Count
# TYPE flask_request_count counter
flask_request_count{endpoint="/",http_status="200",method="GET"} 4.0
# HELP flask_request_latency_seconds Flask Request Latency
# TYPE flask_request_latency_seconds histogram
flask_request_latency_seconds_bucket{endpoint="/",le="0.005",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="0.01",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="0.025",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="0.05",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="0.075",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="0.1",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="0.25",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="0.5",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="0.75",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="1.0",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="2.5",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="5.0",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="7.5",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="10.0",method="GET"} 4.0
flask_request_latency_seconds_bucket{endpoint="/",le="+Inf",method="GET"} 4.0
flask_request_latency_seconds_count{endpoint="/",method="GET"} 4.0
flask_request_latency_seconds_sum{endpoint="/",method="GET"} 0.001002788
# HELP wayside_overhead_seconds )"));
}

TEST(Exposition, HttpNamingCumulatesBuckets) {
  const auto buckets = Buckets::from_seconds(std::array{0.1, 1.0});
  ASSERT_TRUE(buckets.has_value());
  Registry registry({});
  const EndpointId unmatched = registry.intern("unmatched", {.buckets = *buckets});
  const EndpointId users = registry.intern("/users/{id}", {.buckets = *buckets});
  Shard& shard = registry.shard(0);
  finish_after(shard, users, Method::get, 200, milliseconds(100));
  finish_after(shard, users, Method::get, 200, milliseconds(500));
  finish_after(shard, users, Method::get, 500, milliseconds(1500));
  finish_after(shard, unmatched, Method::unknown, 404, milliseconds(1));
  static_cast<void>(shard.exchange_started(users, Method::get));
  const std::string text = render(registry, {Naming::kHttp});
  EXPECT_THAT(text, StartsWith("# HELP http_requests_total "));
  EXPECT_THAT(text, HasSubstr(R"(
# TYPE http_requests_total counter
http_requests_total{endpoint="/users/{id}",http_status="200",method="GET"} 2.0
http_requests_total{endpoint="/users/{id}",http_status="500",method="GET"} 1.0
http_requests_total{endpoint="unmatched",http_status="404",method="OTHER"} 1.0
# HELP http_request_duration_seconds )"));
  EXPECT_THAT(text, HasSubstr(R"(
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{endpoint="/users/{id}",le="0.1",method="GET"} 1.0
http_request_duration_seconds_bucket{endpoint="/users/{id}",le="1.0",method="GET"} 2.0
http_request_duration_seconds_bucket{endpoint="/users/{id}",le="+Inf",method="GET"} 3.0
http_request_duration_seconds_count{endpoint="/users/{id}",method="GET"} 3.0
http_request_duration_seconds_sum{endpoint="/users/{id}",method="GET"} 2.1
http_request_duration_seconds_bucket{endpoint="unmatched",le="0.1",method="OTHER"} 1.0
)"));
  EXPECT_THAT(text, HasSubstr(R"(
# TYPE http_requests_in_flight gauge
http_requests_in_flight{endpoint="/users/{id}",method="GET"} 1.0
http_requests_in_flight{endpoint="unmatched",method="OTHER"} 0.0
)"));
}

TEST(Exposition, SeveralNamingsShowTheSameNumbers) {
  Registry registry({});
  const EndpointId root = registry.intern("/");
  finish_after(registry.shard(0), root, Method::get, 200, milliseconds(3));
  const std::string text = render(registry, {Naming::kFlask, Naming::kHttp});
  EXPECT_EQ(value_of(text, R"(flask_request_count{endpoint="/",http_status="200",method="GET"})"), 1);
  EXPECT_EQ(value_of(text, R"(http_requests_total{endpoint="/",http_status="200",method="GET"})"), 1);
  EXPECT_EQ(value_of(text, R"(flask_request_latency_seconds_sum{endpoint="/",method="GET"})"), 0.003);
  EXPECT_EQ(value_of(text, R"(http_request_duration_seconds_sum{endpoint="/",method="GET"})"), 0.003);
  EXPECT_LT(text.find("# HELP flask_request_latency_seconds"), text.find("# HELP http_requests_total"));
}

TEST(Exposition, FamiliesAreThereBeforeTheFirstExchange) {
  const Registry registry({});
  const std::string text = render(registry, {Naming::kHttp});
  EXPECT_THAT(text, HasSubstr("# TYPE http_requests_total counter\n# HELP http_request_duration_seconds"));
}

TEST(Exposition, ShowsTheZerosOfARouteUnderTheNamingHttpAlone) {
  Registry registry({.otel_detail = true, .zero_series = true});
  const EndpointId users = registry.intern("/users");
  const std::string zeros = render(registry, {Naming::kHttp, Naming::kFlask, Naming::kOtel});
  EXPECT_THAT(zeros, HasSubstr(R"(
http_requests_total{endpoint="/users",http_status="200",method="GET"} 0.0
http_requests_total{endpoint="/users",http_status="500",method="GET"} 0.0
http_requests_total{endpoint="/users",http_status="502",method="GET"} 0.0
http_requests_total{endpoint="/users",http_status="503",method="GET"} 0.0
http_requests_total{endpoint="/users",http_status="504",method="GET"} 0.0
# HELP )"));
  EXPECT_THAT(zeros, Not(HasSubstr("\nhttp_request_duration_seconds_count{"))) << "they would be too many";
  EXPECT_THAT(zeros, Not(HasSubstr("\nflask_request_count{")));
  EXPECT_THAT(zeros, Not(HasSubstr("\nflask_request_latency_seconds_count{")));
  EXPECT_THAT(zeros, Not(HasSubstr("\nhttp_server_")));

  const StartedExchange started = registry.shard(0).exchange_started(users, Method::get);
  EXPECT_THAT(render(registry, {Naming::kFlask}), Not(HasSubstr("\nflask_request_latency_seconds_count{")));
  registry.shard(0).exchange_finished(
      started, {.endpoint = users, .method = Method::get, .status = 200, .duration = milliseconds(1)});
  const std::string counted = render(registry, {Naming::kFlask, Naming::kOtel});
  EXPECT_EQ(value_of(counted, R"(flask_request_latency_seconds_count{endpoint="/users",method="GET"})"), 1);
  EXPECT_EQ(value_of(counted, R"(flask_request_count{endpoint="/users",http_status="200",method="GET"})"), 1);
  EXPECT_THAT(counted, Not(HasSubstr("http_status=\"500\"")));
  EXPECT_THAT(counted, HasSubstr("\nhttp_server_active_requests{"));

  registry.retire(users);
  const std::string gone = render(registry, {Naming::kHttp});
  EXPECT_EQ(value_of(gone, R"(http_requests_total{endpoint="/users",http_status="500",method="GET"})"), 0);
  EXPECT_EQ(value_of(gone, R"(http_requests_total{endpoint="/users",http_status="200",method="GET"})"), 1);
}

TEST(Exposition, NamesTheErrorUnderTheNamingOtel) {
  Registry registry({.otel_detail = true});
  const EndpointId root = registry.intern("/");
  for (const unsigned status : {200U, 404U, 499U, 503U})
    finish_after(registry.shard(0), root, Method::get, status, milliseconds(1));
  finish_after(registry.shard(0), kOverflowEndpoint, Method::get, 502, milliseconds(1));
  const std::string text = render(registry, {Naming::kHttp, Naming::kOtel});
  const auto count = [&](const std::string& error, const std::string& status, const std::string& route) {
    return value_of(text, "http_server_request_duration_seconds_count{" + error +
                              "http_request_method=\"GET\",http_response_status_code=\"" + status +
                              "\",http_route=\"" + route + "}");
  };
  const std::string root_over_http = R"(/",network_protocol_version="1.1",url_scheme="http")";
  EXPECT_EQ(count("", "200", root_over_http), 1);
  EXPECT_EQ(count("", "404", root_over_http), 1);
  EXPECT_EQ(count("error_type=\"client_aborted\",", "499", root_over_http), 1);
  EXPECT_EQ(count("error_type=\"503\",", "503", root_over_http), 1);
  EXPECT_EQ(count("error_type=\"5xx\",", "5xx", "overflow\""), 1);
  EXPECT_EQ(value_of(text, R"(http_requests_total{endpoint="/",http_status="503",method="GET"})"), 1);
}

constexpr Transport kOldHttp{Scheme::kHttp, HttpVersion::k10};
constexpr Transport kHttps{Scheme::kHttps, HttpVersion::k11};

// Exchanges of 1, 20 and 20 ms, the last two with a trace if there are traces.
void finish_over(Shard& shard, EndpointId endpoint, const std::array<Transport, 3>& transports,
                 bool has_traces = false) {
  for (std::size_t i = 0; i < transports.size(); ++i) {
    const TraceContext trace{1, 2, i};
    const Variant variant = add_transport(0, transports[i]);
    shard.exchange_finished(shard.exchange_started(endpoint, Method::get, variant),
                            {.endpoint = endpoint,
                             .variant = variant,
                             .method = Method::get,
                             .status = 200,
                             .duration = milliseconds(i == 0 ? 1 : 20),
                             .request_bytes = 10,
                             .trace = has_traces && i != 0 ? &trace : nullptr});
  }
}

EndpointOptions with_request_sizes() {
  EndpointOptions options;
  options.extras.insert(ExtraHistogram::kRequestSize);
  return options;
}

TEST(Exposition, TellsTransportsApartUnderTheNamingOtel) {
  Registry registry({.otel_detail = true});
  const EndpointId root = registry.intern("/", with_request_sizes());
  finish_over(registry.shard(0), root, {Transport{}, kOldHttp, kHttps});
  static_cast<void>(registry.shard(0).exchange_started(root, Method::get));
  static_cast<void>(registry.shard(0).exchange_started(root, Method::get, add_transport(0, kOldHttp)));
  const std::string text = render(registry, {Naming::kOtel});
  EXPECT_THAT(text, HasSubstr(R"(
http_server_active_requests{http_request_method="GET",http_route="/",url_scheme="http"} 2.0
http_server_active_requests{http_request_method="GET",http_route="/",url_scheme="https"} 0.0
# HELP )"));
  const std::string duration =
      R"(http_server_request_duration_seconds_sum{http_request_method="GET",http_response_status_code="200",)";
  const std::string over_http11 = R"(http_route="/",network_protocol_version="1.1",url_scheme="http"})";
  const std::string over_http10 = R"(http_route="/",network_protocol_version="1.0",url_scheme="http"})";
  const std::string over_https = R"(http_route="/",network_protocol_version="1.1",url_scheme="https"})";
  EXPECT_EQ(value_of(text, duration + over_http11), 0.001);
  EXPECT_EQ(value_of(text, duration + over_http10), 0.02);
  EXPECT_EQ(value_of(text, duration + over_https), 0.02);
  for (const std::string& transport : {over_http11, over_http10, over_https}) {
    EXPECT_EQ(
        value_of(text, R"(http_server_request_body_size_bytes_sum{http_request_method="GET",)" + transport),
        10);
  }
}

// The numbers are the same wherever transports are told apart, and so is every byte of a page.
TEST(Exposition, AddsTransportsUpUnderTheOtherNamings) {
  const auto page_of = [](const std::array<Transport, 3>& transports, Format format) {
    Registry registry({.otel_detail = true, .native_histograms = true});
    finish_over(registry.shard(0), registry.intern("/", with_request_sizes()), transports,
                format == Format::kOpenMetrics);
    std::string page;
    Exposition(registry, {{Naming::kHttp, Naming::kFlask}, {}, {}, {}})
        .render(page, {format,
                       {"http_requests_total", "http_request_duration_seconds", "http_requests_in_flight",
                        "http_request_bytes_total", "http_request_size_bytes", "flask_request_count",
                        "flask_request_latency_seconds", "wayside_client_aborts_total"}});
    return page;
  };
  constexpr std::array kOne{Transport{}, Transport{}, Transport{}};
  constexpr std::array kThree{Transport{}, kOldHttp, kHttps};
  EXPECT_EQ(page_of(kThree, Format::kText), page_of(kOne, Format::kText));
  EXPECT_EQ(page_of(kThree, Format::kProtobuf), page_of(kOne, Format::kProtobuf));
  // Exemplars have the time at which they were kept.
  const auto without_times = [](const std::string& page) {
    return std::regex_replace(page, std::regex("} 0.02 [0-9.]+"), "} 0.02");
  };
  const std::string page = without_times(page_of(kThree, Format::kOpenMetrics));
  EXPECT_EQ(page, without_times(page_of(kOne, Format::kOpenMetrics)));
  EXPECT_THAT(page, HasSubstr(R"(span_id="0000000000000002")")) << "the newest";
}

TEST(Exposition, EscapesAndRepairsLabels) {
  Registry registry({});
  const EndpointId root = registry.intern("a\"b\\c\nd\xFF");
  finish_after(registry.shard(0), root, Method::get, 200, milliseconds(3));
  EXPECT_THAT(render(registry, {Naming::kHttp}),
              HasSubstr("http_requests_total{endpoint=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\",http_status=\"200\","));
}

TEST(Exposition, NamesTheBuild) {
  const Registry registry({});
  const std::string text = render(registry, {Naming::kHttp});
  EXPECT_THAT(text, HasSubstr("\nwayside_build_info{compiler=\""));
  EXPECT_THAT(text, HasSubstr("\",revision=\"abc\",version=\"1.2.3\"} 1.0\n"));

  std::string unknown;
  Exposition(registry, {{Naming::kHttp}, {}, "1.2.3", ""}).render(unknown);
  EXPECT_THAT(unknown, HasSubstr(",revision=\"unknown\","));
}

TEST(Exposition, AsksHowManyLinesTheLogDropped) {
  const Registry registry({});
  ExpositionOptions options;
  options.log_lines_dropped = [] { return std::uint64_t{3}; };
  std::string text;
  Exposition(registry, options).render(text);
  EXPECT_THAT(text, HasSubstr("\nwayside_log_lines_dropped_total 3.0\n"));
}

TEST(Exposition, EndsWithTheProcess) {
  const Registry registry({});
  const std::string text = render(registry, {Naming::kHttp});
  EXPECT_GT(text.find("process_resident_memory_bytes "), text.find("wayside_build_info{"));
  EXPECT_EQ(text.back(), '\n');
}

TEST(Exposition, AppendsAndReusesMemory) {
  Registry registry({});
  const EndpointId unmatched = registry.intern("unmatched");
  finish_after(registry.shard(0), unmatched, Method::get, 200, milliseconds(3));
  Exposition exposition(registry, {});
  std::string text = "kept\n";
  exposition.render(text);
  EXPECT_THAT(text, StartsWith("kept\n# HELP http_requests_total"));
  text.clear();
  const char* const memory = text.data();
  text.reserve(text.capacity());
  exposition.render(text);
  EXPECT_EQ(text.data(), memory);
  EXPECT_THAT(text, Not(HasSubstr("kept")));
}

// Within every scrape, whatever the workers do meanwhile: _count is the +Inf bucket, and neither ever goes
// down.
TEST(Exposition, PausesBetweenThePiecesOfALargePage) {
  Registry registry({});
  for (int i = 0; i < 100; ++i)
    finish_after(registry.shard(0), registry.intern("/" + std::to_string(i)), Method::get, 200,
                 milliseconds(1));
  Exposition exposition(registry, {});
  std::string text = "before";
  std::vector<std::size_t> ends = {text.size()};
  exposition.render(text, {.format = Format::kText, .names = {}, .between_pieces = [&] {
                             EXPECT_EQ(text.back(), '\n');
                             ends.push_back(text.size());
                           }});
  ends.push_back(text.size());
  constexpr std::size_t kLongestSeries = 4096;
  ASSERT_GT(text.size(), 3 * ScrapeRequest::kPieceBytes);
  for (std::size_t i = 1; i < ends.size(); ++i) {
    EXPECT_LT(ends[i] - ends[i - 1], ScrapeRequest::kPieceBytes + kLongestSeries);
    const bool is_last = i + 1 == ends.size();
    EXPECT_TRUE(is_last || ends[i] - ends[i - 1] >= ScrapeRequest::kPieceBytes);
  }
}

TEST(Exposition, IsConsistentWhileAWorkerCounts) {
  constexpr int kExchanges = 100'000;
  Registry registry({});
  const EndpointId unmatched = registry.intern("unmatched");
  Exposition exposition(registry, {});
  std::atomic<bool> is_running = true;
  std::thread worker([&] {
    for (int i = 0; i < kExchanges; ++i) {
      finish_after(registry.shard(0), unmatched, Method::get, 200, Nanoseconds(i * 200'000L));
    }
    is_running = false;
  });
  const std::string requests = R"(http_requests_total{endpoint="unmatched",http_status="200",method="GET"})";
  const std::string last_bucket =
      R"(http_request_duration_seconds_bucket{endpoint="unmatched",le="+Inf",method="GET"})";
  const std::string count = R"(http_request_duration_seconds_count{endpoint="unmatched",method="GET"})";
  std::string text;
  double last_requests = -1;
  double last_count = -1;
  while (is_running) {
    text.clear();
    exposition.render(text);
    EXPECT_EQ(value_of(text, count), value_of(text, last_bucket));
    EXPECT_GE(value_of(text, count), last_count);
    EXPECT_GE(value_of(text, requests), last_requests);
    last_count = value_of(text, count);
    last_requests = value_of(text, requests);
  }
  worker.join();
  text.clear();
  exposition.render(text);
  EXPECT_EQ(value_of(text, requests), kExchanges);
  EXPECT_EQ(value_of(text, count), kExchanges);
  EXPECT_EQ(value_of(text, R"(http_requests_in_flight{endpoint="unmatched",method="GET"})"), 0);
}

TEST(Exposition, ShowsNativeBucketsInProtobufAlone) {
  const auto page_of = [](bool is_native, Format format) {
    Registry registry({.native_histograms = is_native});
    finish_after(registry.shard(0), registry.intern("/"), Method::get, 200, milliseconds(20));
    std::string page;
    Exposition(registry, {}).render(page, {format, {"http_request_duration_seconds"}});
    return page;
  };
  EXPECT_EQ(page_of(true, Format::kText), page_of(false, Format::kText));
  EXPECT_EQ(page_of(true, Format::kOpenMetrics), page_of(false, Format::kOpenMetrics));
  // The field of the schema, 4, and the beginning of that of the threshold.
  const std::string schema = "\x28\x08\x31";
  EXPECT_THAT(page_of(true, Format::kProtobuf), HasSubstr(schema));
  EXPECT_THAT(page_of(false, Format::kProtobuf), Not(HasSubstr(schema)));
}

TEST(Exposition, ShowsTheTraceOfABucketInEveryNaming) {
  Registry registry({.otel_detail = true});
  const EndpointId endpoint = registry.intern("/");
  const TraceContext trace{1, 2, 3};
  Shard& shard = registry.shard(0);
  shard.exchange_finished(shard.exchange_started(endpoint, Method::get), {.endpoint = endpoint,
                                                                          .method = Method::get,
                                                                          .status = 200,
                                                                          .duration = milliseconds(20),
                                                                          .trace = &trace});
  std::string text;
  Exposition(registry, {{Naming::kHttp, Naming::kOtel}, {}, {}, {}}).render(text, {Format::kOpenMetrics, {}});
  constexpr std::string_view kTrace =
      R"( # {span_id="0000000000000003",trace_id="00000000000000010000000000000002"} 0.02 )";
  EXPECT_THAT(
      text, HasSubstr("http_request_duration_seconds_bucket{endpoint=\"/\",le=\"0.025\",method=\"GET\"} 1.0" +
                      std::string(kTrace)));
  EXPECT_THAT(text, HasSubstr("http_server_request_duration_seconds_bucket{http_request_method=\"GET\","
                              "http_response_status_code=\"200\",http_route=\"/\",le=\"0.025\","
                              "network_protocol_version=\"1.1\",url_scheme=\"http\"} 1.0" +
                              std::string(kTrace)));
  text.clear();
  Exposition(registry, {{Naming::kHttp}, {}, {}, {}}).render(text);
  EXPECT_THAT(text, Not(HasSubstr("trace_id"))) << "the text format has none";
}

}  // namespace
}  // namespace wayside::metrics
