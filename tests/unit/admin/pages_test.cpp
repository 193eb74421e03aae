#include "admin/pages.hpp"

#include "unit/admin/admin_test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wayside::admin {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kBrowser = "text/html,application/xhtml+xml,*/*;q=0.8";

TEST(Pages, MetricsIsTheExposition) {
  Fixture fixture;
  std::string body = "what was there before";
  const Page page = answer(fixture.pages(), {"GET", "/metrics"}, body);
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(body, StartsWith("# HELP http_requests_total "));
  EXPECT_THAT(body, HasSubstr(kRequestsLine));
}

TEST(Pages, MetricsComeInTheFormatAskedFor) {
  Fixture fixture;
  std::string body;
  const Page page =
      answer(fixture.pages(), {"GET", "/metrics", "application/openmetrics-text;version=1.0.0"}, body);
  EXPECT_EQ(page.content_type,
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores");
  EXPECT_TRUE(page.is_negotiated);
  EXPECT_THAT(body, StartsWith("# TYPE http_requests counter\n# HELP http_requests "));
  EXPECT_THAT(body, testing::EndsWith("\n# EOF\n"));
}

TEST(Pages, MetricsMayBeAFewFamiliesOnly) {
  Fixture fixture;
  std::string body;
  EXPECT_EQ(answer(fixture.pages(), {"GET", "/metrics?name[]=http_requests_in_flight"}, body).status, 200U);
  EXPECT_THAT(body, StartsWith("# HELP http_requests_in_flight "));
  EXPECT_THAT(body, testing::EndsWith("\nhttp_requests_in_flight{endpoint=\"/hello\",method=\"GET\"} 0.0\n"));
}

TEST(Pages, RoutesComeAsTheReaderLikes) {
  Fixture fixture;
  routes::RouteSpec spec;
  spec.path = "/users/{id}";
  fixture.show_route(spec);
  struct Case {
    PageRequest request;
    std::string_view type;
    std::string_view part;
  };
  const Case cases[] = {
      {{"GET", "/routes", "*/*"}, "application/json", R"("path":"/users/{id}")"},
      {{"GET", "/routes", "text/plain"}, "text/plain; charset=utf-8", "1 routes, 1 of them never hit"},
      {{"GET", "/routes?format=text", "*/*"}, "text/plain; charset=utf-8", "HITS"},
      {{"GET", "/routes?format=json", "text/html"}, "application/json", "{\"routes\":["},
  };
  for (const Case& each : cases) {
    std::string body = "what was there before";
    const Page page = answer(fixture.pages(), each.request, body);
    EXPECT_EQ(page.status, 200U);
    EXPECT_EQ(page.content_type, each.type);
    EXPECT_THAT(body, HasSubstr(std::string(each.part)));
    EXPECT_THAT(body, testing::Not(HasSubstr("before")));
  }
}

TEST(Pages, ReloadIsAskedForByPostAndHasToBeAllowed) {
  Fixture fixture;
  std::string body;
  EXPECT_EQ(answer(fixture.pages(), {"POST", "/-/reload"}, body).status, 403U);
  EXPECT_EQ(answer(fixture.pages(), {"GET", "/-/reload"}, body).status, 405U);
  EXPECT_EQ(answer(fixture.pages(), {"GET", "/-/reload"}, body).allow, "POST");

  EXPECT_FALSE(is_reload(fixture.pages(), {"POST", "/-/reload"}));

  fixture.reload = []() -> net::Awaitable<Checked<void, ReloadError>> { co_return ReloadError(); };
  EXPECT_TRUE(is_reload(fixture.pages(), {"POST", "/-/reload"}));
  EXPECT_TRUE(is_reload(fixture.pages(), {"POST", "http://h/-/reload?"}));
  EXPECT_FALSE(is_reload(fixture.pages(), {"GET", "/-/reload"}));
  EXPECT_FALSE(is_reload(fixture.pages(), {"POST", "/-/reload/"}));
}

TEST(Pages, ReloadIsNotForPagesOfOtherSites) {
  Fixture fixture;
  fixture.reload = []() -> net::Awaitable<Checked<void, ReloadError>> { co_return ReloadError(); };
  const PageRequest foreign{
      .method = "POST", .target = "/-/reload", .host = "127.0.0.1:10180", .origin = "http://evil.example"};
  EXPECT_FALSE(is_reload(fixture.pages(), foreign));
  std::string body;
  EXPECT_EQ(answer(fixture.pages(), foreign, body).status, 403U);
  EXPECT_THAT(body, HasSubstr("another origin"));
  const PageRequest own{
      .method = "POST", .target = "/-/reload", .host = "127.0.0.1:10180", .origin = "http://127.0.0.1:10180"};
  EXPECT_TRUE(is_reload(fixture.pages(), own));
}

TEST(Pages, ReloadedSaysHowItWent) {
  std::string body;
  EXPECT_EQ(reloaded_page({}, body).status, 200U);
  EXPECT_EQ(reloaded_page(ReloadError{.message = "wayside.yaml:1: expected …"}, body).status, 500U);
  EXPECT_EQ(body, "wayside.yaml:1: expected …\n");
  EXPECT_EQ(reloaded_page(ReloadError{.message = "draining", .is_refused = true}, body).status, 503U);
  EXPECT_EQ(body, "draining\n");
}

TEST(Pages, HealthyIsAlwaysFine) {
  Fixture fixture;
  fixture.why_unready = "draining";
  std::string body;
  EXPECT_EQ(answer(fixture.pages(), {"GET", "/-/healthy"}, body).status, 200U);
  EXPECT_EQ(body, "wayside is healthy.\n");
}

TEST(Pages, ReadyFollowsTheProxy) {
  Fixture fixture;
  const AdminPages pages = fixture.pages();
  std::string body;
  EXPECT_EQ(answer(pages, {"GET", "/-/ready"}, body).status, 200U);
  EXPECT_EQ(body, "wayside is ready.\n");
  fixture.why_unready = "draining";
  EXPECT_EQ(answer(pages, {"GET", "/-/ready"}, body).status, 503U);
  EXPECT_EQ(body, "draining\n");
}

TEST(Pages, ReadyIsAlwaysSoWhereNobodyKnows) {
  Fixture fixture;
  AdminPages pages = fixture.pages();
  pages.why_unready = nullptr;
  std::string body;
  EXPECT_EQ(answer(pages, {"GET", "/-/ready"}, body).status, 200U);
}

TEST(Pages, RootIsTheLivePageForBrowsers) {
  Fixture fixture;
  std::string body;
  const Page page = answer(fixture.pages(), {"GET", "/", kBrowser}, body);
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(page.is_negotiated);
  EXPECT_FALSE(page.etag.empty());
  EXPECT_FALSE(page.fields.empty());
  EXPECT_THAT(body, StartsWith("<!DOCTYPE html>"));
}

TEST(Pages, RootIsATableForTerminals) {
  Fixture fixture;
  for (const std::string_view accept : {"", "*/*", "text/plain"}) {
    std::string body = "what was there before";
    const Page page = answer(fixture.pages(), {"GET", "/", accept}, body);
    EXPECT_EQ(page.status, 200U);
    EXPECT_EQ(page.content_type, "text/plain; charset=utf-8");
    EXPECT_THAT(body, StartsWith("wayside 1.2.3: 0.0.0.0:8080 -> http://app:5000/<b>&\" (not asked yet)\n"));
    EXPECT_THAT(body, HasSubstr("  /hello\n"));
  }
}

TEST(Pages, WhatIsNotExposedIsSaidToBeTurnedOff) {
  Fixture fixture;
  fixture.shows_page = false;
  std::string body;
  for (const std::string_view accept : {"", "text/html"}) {
    EXPECT_EQ(answer(fixture.pages(), {"GET", "/", accept}, body).status, 404U);
    EXPECT_THAT(body, HasSubstr("metrics.expose.page"));
  }
  EXPECT_EQ(answer(fixture.pages(), {"GET", "/routes"}, body).status, 200U);
  fixture.shows_routes = false;
  EXPECT_EQ(answer(fixture.pages(), {"GET", "/routes"}, body).status, 404U);
  EXPECT_THAT(body, HasSubstr("metrics.expose.routes"));
  EXPECT_EQ(answer(fixture.pages(), {"GET", "/metrics"}, body).status, 200U);
}

TEST(Pages, FilesOfTheLivePageAreNotSentAgain) {
  Fixture fixture;
  std::string body;
  PageRequest request{.method = "GET", .target = "/page/main.js"};
  const Page page = answer(fixture.pages(), request, body);
  EXPECT_EQ(page.content_type, "text/javascript; charset=utf-8");
  EXPECT_THAT(body, HasSubstr("import "));
  EXPECT_FALSE(sharing_key(fixture.pages(), request).empty());

  request.if_none_match = page.etag;
  const Page known = answer(fixture.pages(), request, body);
  EXPECT_EQ(known.status, 304U);
  EXPECT_EQ(known.etag, page.etag);
  EXPECT_EQ(body, "");
  EXPECT_EQ(sharing_key(fixture.pages(), request), "");

  request.if_none_match = "\"another\"";
  EXPECT_EQ(answer(fixture.pages(), request, body).status, 200U);
}

TEST(Pages, RoutesLeadBrowsersToTheLivePage) {
  Fixture fixture;
  std::string body;
  const PageRequest request{"GET", "/routes", kBrowser};
  const Page page = answer(fixture.pages(), request, body);
  EXPECT_EQ(page.status, 302U);
  EXPECT_EQ(page.location, "/");
  EXPECT_EQ(sharing_key(fixture.pages(), request), "");
  EXPECT_EQ(answer(fixture.pages(), {"GET", "/routes?format=text", kBrowser}, body).status, 200U);
}

TEST(Pages, UnknownPathIsToldWhatThereIs) {
  Fixture fixture;
  for (const std::string_view target :
       {"/metrics/", "/Metrics", "/favicon.ico", "/page/", "/page/none.js", "//metrics", "*", "metrics"}) {
    std::string body;
    const Page page = answer(fixture.pages(), {"GET", target}, body);
    EXPECT_EQ(page.status, 404U) << target;
    EXPECT_EQ(page.content_type, "text/plain; charset=utf-8");
    EXPECT_THAT(body, HasSubstr("/ /metrics /routes /-/healthy /-/ready /-/reload"));
  }
}

TEST(Pages, EqualRequestsForALargePageHaveTheSameKey) {
  Fixture fixture;
  const auto key = [&](const PageRequest& request) { return sharing_key(fixture.pages(), request); };
  const std::string text = key({"GET", "/metrics"});
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(key({"HEAD", "http://h/metrics?x", "text/plain"}), text);
  EXPECT_NE(key({"GET", "/metrics", "application/openmetrics-text"}), text);
  EXPECT_NE(key({"GET", "/metrics?name[]=a"}), text);
  EXPECT_NE(key({"GET", "/metrics?name[]=a&name[]=b"}), key({"GET", "/metrics?name[]=a%0Ab"}));
  EXPECT_NE(key({"GET", "/routes"}), key({"GET", "/routes?format=text"}));
  for (const std::string_view target : {"/-/healthy", "/-/ready", "/nowhere"})
    EXPECT_EQ(key({"GET", target}), "") << target;
  EXPECT_NE(key({"GET", "/", kBrowser}), "");
  EXPECT_NE(key({"GET", "/"}), key({"GET", "/", kBrowser}));
  EXPECT_EQ(key({"POST", "/metrics"}), "");
}

constexpr std::string_view kProtobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

TEST(Pages, MetricsAreInProtobufWhereThereAreNativeHistograms) {
  for (const bool is_native : {false, true}) {
    Fixture fixture({.native_histograms = is_native});
    std::string body;
    const Page page = answer(fixture.pages(), {"GET", "/metrics", kProtobuf}, body);
    EXPECT_EQ(page.content_type.starts_with("application/vnd.google.protobuf"), is_native);
    EXPECT_EQ(body.starts_with("# HELP"), !is_native);
    const std::string text = sharing_key(fixture.pages(), {"GET", "/metrics"});
    EXPECT_EQ(sharing_key(fixture.pages(), {"GET", "/metrics", kProtobuf}) != text, is_native);
  }
}

TEST(Pages, ProbesAreWhatIsReadBelowTheMark) {
  EXPECT_TRUE(is_probe({"GET", "/-/healthy"}));
  EXPECT_TRUE(is_probe({"HEAD", "http://h/-/ready?x"}));
  EXPECT_FALSE(is_probe({"POST", "/-/reload"}));
  EXPECT_FALSE(is_probe({"GET", "/metrics"}));
  EXPECT_FALSE(is_probe({"GET", "/"}));
}

TEST(Pages, QueryAndAuthorityDoNotMatter) {
  Fixture fixture;
  const struct {
    std::string_view target;
    std::string_view start;
  } rows[] = {
      {"/metrics?x=y", "# HELP"},
      {"/metrics?", "# HELP"},
      {"/?x=/metrics", "wayside 1.2.3"},
      {"http://host:10180/metrics", "# HELP"},
      {"http://host:10180/metrics?x", "# HELP"},
      {"http://host:10180", "wayside 1.2.3"},
      {"http://host:10180?/metrics", "wayside 1.2.3"},
  };
  for (const auto& row : rows) {
    std::string body;
    EXPECT_EQ(answer(fixture.pages(), {"GET", row.target}, body).status, 200U) << row.target;
    EXPECT_THAT(body, StartsWith(std::string(row.start))) << row.target;
  }
}

TEST(Pages, HeadIsGetToThem) {
  Fixture fixture;
  std::string body;
  EXPECT_EQ(answer(fixture.pages(), {"HEAD", "/metrics"}, body).status, 200U);
  EXPECT_THAT(body, HasSubstr(kRequestsLine));
}

TEST(Pages, OtherMethodsAreNotAllowed) {
  Fixture fixture;
  for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "BREW"}) {
    for (const std::string_view target : {"/metrics", "/", "/nowhere"}) {
      std::string body;
      const Page page = answer(fixture.pages(), {method, target}, body);
      EXPECT_EQ(page.status, 405U);
      EXPECT_EQ(page.allow, "GET, HEAD");
    }
  }
}

}  // namespace
}  // namespace wayside::admin
