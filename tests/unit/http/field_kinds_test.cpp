#include "http/field_kinds.hpp"

#include <gtest/gtest.h>

namespace wayside::http {
namespace {

TEST(FieldKinds, KnowTheFieldsOfProxies) {
  for (const char* name : {"Forwarded", "x-forwarded-for", "X-Forwarded-Port", "X-FORWARDED-CLIENT-CERT",
                           "X-Real-IP", "X_Real_IP", "x_forwarded-port", "X-Auth-Request-User", "Remote-User",
                           "X-SSL-Client-Verify", "Client-Cert", "True-Client-IP", "Client-IP", "X-Forwarded",
                           "Forwarded-For", "Front-End-Https", "X-Original-Forwarded-For", "X_Scheme"}) {
    EXPECT_TRUE(is_set_by_proxies(name)) << name;
    EXPECT_TRUE(is_end_to_end(name)) << name;
  }
  for (const char* name : {"", "X-Forward", "Forwarded-Fo", "X-Real-IPs", "Host", "Via", "x-ss"})
    EXPECT_FALSE(is_set_by_proxies(name)) << name;
}

TEST(FieldKinds, KnowEndToEndFields) {
  for (const char* name : {"Authorization",
                           "Cookie",
                           "Set-Cookie",
                           "content-type",
                           "Content-Length",
                           "Content-Disposition",
                           "Transfer-Encoding",
                           "HOST",
                           "Date",
                           "Via",
                           "traceparent",
                           "tracestate",
                           "X-Request-ID",
                           "X-API-Key",
                           "Accept",
                           "Accept-Encoding",
                           "If-None-Match",
                           "Origin",
                           "Sec-Fetch-Site",
                           "Sec-WebSocket-Key",
                           "Cache-Control",
                           "Access-Control-Allow-Origin",
                           "Strict-Transport-Security",
                           "X-Request-Start"}) {
    EXPECT_TRUE(is_end_to_end(name)) << name;
  }
}

// RFC 9110 section 7.6.1, and usual names of hop-by-hop extensions.
TEST(FieldKinds, ExcludeHopByHopFields) {
  for (const char* name : {"close", "TE", "Trailer", "Keep-Alive", "Upgrade", "Proxy-Connection",
                           "HTTP2-Settings", "X-Secret", "Meter", "C-Opt", "Proxy", ""}) {
    EXPECT_FALSE(is_end_to_end(name)) << name;
  }
}

TEST(FieldKinds, CompareAsCgiDoes) {
  EXPECT_TRUE(is_spelling_of("X-Real-IP", "x-real-ip"));
  EXPECT_TRUE(is_spelling_of("x_real-IP", "x-real-ip"));
  EXPECT_FALSE(is_spelling_of("x-real-i", "x-real-ip"));
  EXPECT_FALSE(is_spelling_of("x.real.ip", "x-real-ip"));
}

}  // namespace
}  // namespace wayside::http
