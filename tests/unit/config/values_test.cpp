#include "config/values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::config {
namespace {

using metrics::Naming;
using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;

TEST(Values, ReadWorkers) {
  EXPECT_EQ(*Workers::parse("1"), 1U);
  EXPECT_EQ(*Workers::parse("1024"), 1024U);
  EXPECT_GE(*Workers::parse("auto"), 1U);
  for (const char* text : {"", "0", "-1", "1025", "2x", " 2", "Auto", "99999999999999999999999"}) {
    ASSERT_TRUE(Workers::parse(text).has_error()) << text;
    EXPECT_EQ(Workers::parse(text).error().text,
              "expected a number from 1 to 1024, or auto, found \"" + std::string(text) + "\"");
  }
}

TEST(Values, ReadSwitches) {
  for (const char* text : {"on", "true"}) {
    EXPECT_TRUE(*Switch::parse(text)) << text;
    EXPECT_TRUE(*Boolean::parse(text)) << text;
  }
  for (const char* text : {"off", "false"}) {
    EXPECT_FALSE(*Switch::parse(text)) << text;
    EXPECT_FALSE(*Boolean::parse(text)) << text;
  }
  EXPECT_EQ(Switch::parse("yes").error().text, R"(expected on or off (did you mean on?), found "yes")");
  EXPECT_EQ(Switch::parse("False").error().text, R"(expected on or off (did you mean off?), found "False")");
  EXPECT_EQ(Boolean::parse("no").error().text, R"(expected true or false (did you mean false?), found "no")");
  EXPECT_EQ(Boolean::parse("maybe").error().text, R"(expected true or false, found "maybe")");
}

TEST(Values, ProposeTheNetworkOfAnAddress) {
  EXPECT_EQ(ProxyNetworks::parse(Texts{"10.1.2.3/8"}).error().text,
            "expected a network without an address in it (did you mean 10.0.0.0/8, or 10.1.2.3 alone?), "
            R"(found "10.1.2.3/8")");
  EXPECT_THAT(ProxyNetworks::parse(Texts{"2001:db8::1/32"}).error().text,
              HasSubstr("did you mean 2001:db8::/32, or 2001:db8::1 alone?"));
  EXPECT_EQ(ProxyNetworks::parse(Texts{"10.1.2.3/40"}).error().text,
            R"(expected private_ranges, an address or a network such as 10.0.0.0/8, found "10.1.2.3/40")");
}

TEST(Values, ReadLogLevels) {
  EXPECT_EQ(*OneOf<kLogLevelWords>::parse("debug"), LogLevel::kDebug);
  EXPECT_EQ(*OneOf<kLogLevelWords>::parse("error"), LogLevel::kError);
  EXPECT_EQ(OneOf<kLogLevelWords>::parse("INFO").error().text,
            R"(expected debug, info, warn or error, found "INFO")");
}

TEST(Values, ReadNamings) {
  EXPECT_EQ(*Namings::parse(Texts{"http"}), std::vector{Naming::kHttp});
  EXPECT_EQ(*Namings::parse(Texts{"flask", "http"}), (std::vector{Naming::kFlask, Naming::kHttp}));
  EXPECT_EQ(Namings::parse(Texts{"http", ""}).error().text, R"(expected http, flask or otel, found "")");
  EXPECT_EQ(Namings::parse(Texts{"http", "http"}).error().text,
            R"(expected each naming once, found "http" twice)");
  EXPECT_EQ(Namings::parse(Texts{}).error().text, "expected http, flask or otel, found an empty list");
}

TEST(Values, ReadMethods) {
  MethodSet expected_set;
  expected_set.insert(Method::get);
  expected_set.insert(Method::patch);
  EXPECT_EQ(*Methods::parse(Texts{"GET", "PATCH"}), expected_set);
  const std::string expected_text =
      "expected GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH, found ";
  EXPECT_EQ(Methods::parse(Texts{"get"}).error().text, expected_text + R"("get")");
  EXPECT_EQ(Methods::parse(Texts{"GET", "PROPFIND"}).error().text, expected_text + R"("PROPFIND")");
  EXPECT_TRUE(Methods::parse(Texts{"GET", "OTHER"})->contains(Method::unknown));
  EXPECT_EQ(Methods::parse(Texts{"GET", "GET"}).error().text,
            R"(expected each method once, found "GET" twice)");
  EXPECT_EQ(Methods::parse(Texts{}).error().text, "expected at least one method, found an empty list");
}

TEST(Values, PrintTheBackendAsItIsRead) {
  for (const char* text : {"http://app:80", "http://[::1]:5000", "unix:/run/app.sock"}) {
    EXPECT_EQ(BackendAddress::print(*BackendAddress::parse(text)), text);
  }
}

TEST(Values, BucketsAreSeconds) {
  const auto buckets = Bounds::parse(Texts{"0.1", "2.5"});
  ASSERT_TRUE(buckets.has_value());
  EXPECT_THAT(buckets->bounds(), ElementsAre(100'000'000, 2'500'000'000));
  EXPECT_THAT(Bounds::parse(Texts{"1", "1"}).error().text, HasSubstr("increasing"));
  EXPECT_THAT(Bounds::parse(Texts{"1s"}).error().text, HasSubstr("a number of seconds"));
  EXPECT_THAT(Bounds::parse(Texts{}).error().text, HasSubstr("at least one"));
  EXPECT_THAT(Bounds::parse(Texts{"inf"}).error().text, HasSubstr("finite"));
}

TEST(Values, HistogramsAreNamed) {
  const auto histograms = Histograms::parse(Texts{"queue", "request_size"});
  ASSERT_TRUE(histograms.has_value());
  EXPECT_TRUE(histograms->contains(metrics::ExtraHistogram::kQueue));
  EXPECT_FALSE(histograms->contains(metrics::ExtraHistogram::kBackendTtfb));
  EXPECT_TRUE(Histograms::parse(Texts{}).has_value());
  EXPECT_THAT(Histograms::parse(Texts{"queue", "queue"}).error().text, HasSubstr("twice"));
  EXPECT_THAT(Histograms::parse(Texts{"ttfb"}).error().text, HasSubstr("backend_ttfb"));
}

TEST(Values, NamesAndValues) {
  EXPECT_TRUE(parse_header_name("X-Tenant").has_value());
  EXPECT_FALSE(parse_header_name("X Tenant").has_value());
  EXPECT_FALSE(parse_header_name("").has_value());
  EXPECT_FALSE(parse_label_values(Texts{"a", "a"}).has_value());
  EXPECT_TRUE(RouteHeader::parse("X-Route-Template").has_value());
  EXPECT_FALSE(RouteHeader::parse("set-cookie").has_value());
  EXPECT_FALSE(RouteHeader::parse("X Route").has_value());
  EXPECT_FALSE(parse_label_values(Texts{""}).has_value());
  EXPECT_FALSE(parse_label_values(Texts{"a", "caf\xE9"}).has_value());
  EXPECT_FALSE(parse_label_value(" a").has_value());
  EXPECT_EQ(*OneOf<kAccessLogWords>::parse("json"), AccessLog::kJson);
  EXPECT_FALSE(OneOf<kAccessLogWords>::parse("yes").has_value());
}

}  // namespace
}  // namespace wayside::config
