#include "admin/negotiation.hpp"

#include <gtest/gtest.h>

namespace wayside::admin {
namespace {

using metrics::Format;

// The Accept fields of Prometheus 3 and Prometheus 2.42.
constexpr std::string_view kPrometheus3 =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
constexpr std::string_view kPrometheus2 =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

TEST(Negotiation, ChoosesTheFormatWithTheHighestWeight) {
  const struct {
    std::string_view accept;
    Format format;
  } rows[] = {
      {"", Format::kText},
      {"*/*", Format::kText},
      {"text/html,application/xhtml+xml,*/*;q=0.8", Format::kText},
      {kPrometheus3, Format::kOpenMetrics},
      {kPrometheus2, Format::kOpenMetrics},
      {"application/openmetrics-text", Format::kOpenMetrics},
      {"Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.3", Format::kOpenMetrics},
      {"text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0.4", Format::kText},
      {"text/plain;q=0.4, application/openmetrics-text;q=0.5", Format::kOpenMetrics},
      {"text/plain;q=0.399,application/openmetrics-text;q=0.4", Format::kOpenMetrics},
      {"text/plain,application/openmetrics-text", Format::kText},
      {"application/openmetrics-text,text/plain", Format::kOpenMetrics},
      // Unsupported versions.
      {"application/openmetrics-text;version=0.0.1,text/plain;q=0.1", Format::kText},
      {"application/openmetrics-text;version=2.0.0", Format::kText},
      {"text/plain;version=1.0.0,application/openmetrics-text;q=0.1", Format::kOpenMetrics},
      // Weights of 0, and invalid weights.
      {"application/openmetrics-text;q=0", Format::kText},
      {"application/openmetrics-text;q=0.000,*/*;q=0.1", Format::kText},
      {"application/openmetrics-text;q=2,text/plain;q=0.1", Format::kText},
      {"application/openmetrics-text;q=1.1,text/plain;q=0.1", Format::kText},
      {"application/openmetrics-text;q=x", Format::kText},
      {",;=,,q=1;;,application/openmetrics-text;;,", Format::kOpenMetrics},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
       Format::kText},
  };
  for (const auto& row : rows)
    EXPECT_EQ(preferred_format(row.accept, false), row.format) << row.accept;
}

TEST(Negotiation, OffersProtobufWhereThereIsSomethingForIt) {
  // The Accept field of Prometheus 2.42 with --enable-feature=native-histograms.
  constexpr std::string_view kPrometheus =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
      "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
  EXPECT_EQ(preferred_format(kPrometheus, true), Format::kProtobuf);
  EXPECT_EQ(preferred_format(kPrometheus, false), Format::kOpenMetrics);
  EXPECT_EQ(preferred_format(kPrometheus3, true), Format::kOpenMetrics);
  const struct {
    std::string_view accept;
    Format format;
  } rows[] = {
      {"", Format::kText},
      {"*/*", Format::kText},
      {"application/*", Format::kText},
      {"Application/vnd.google.protobuf ; Encoding=delimited ; Proto=io.prometheus.client.MetricFamily",
       Format::kProtobuf},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.4,"
       "text/plain;q=0.5",
       Format::kText},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0",
       Format::kText},
      // Other messages and encodings.
      {"application/vnd.google.protobuf", Format::kText},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", Format::kText},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
       Format::kText},
      {"application/vnd.google.protobuf;proto=other;encoding=delimited", Format::kText},
  };
  for (const auto& row : rows)
    EXPECT_EQ(preferred_format(row.accept, true), row.format) << row.accept;
}

TEST(Negotiation, CompressesWhereItMay) {
  for (const std::string_view accept :
       {"gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5", "*", "x-gzip", "gzip;q=0.001"}) {
    EXPECT_TRUE(accepts_gzip(accept)) << accept;
  }
  for (const std::string_view accept : {"", "identity", "deflate", "gzip;q=0", "gzip;q=0.000", "*;q=0",
                                        "*, gzip;q=0", "gzip;q=0, *", "gzipped"}) {
    EXPECT_FALSE(accepts_gzip(accept)) << accept;
  }
}

}  // namespace
}  // namespace wayside::admin
