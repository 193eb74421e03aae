#include "wayside/http/trailers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::http {
namespace {

// RFC 9110 section 6.5.1.
TEST(Trailers, MayNotFrameRouteOrAuthenticate) {
  for (const char* name :
       {"Content-Length",   "transfer-encoding", "HOST",         "Authorization",      "Set-Cookie",
        "Connection",       "Trailer",           "Content-Type", "X-Forwarded-For",    "Max-Forwards",
        "X_Forwarded_For",  "content_length",    "Forwarded",    "X-Real-IP",          "x_real_ip",
        "X-Forwarded-Port", "X_Forwarded_Port",  "Proxy",        "Remote-User",        "traceparent",
        "X-Request-ID",     "Set_Cookie",        "Cookie",       "Proxy_Authorization"}) {
    EXPECT_FALSE(may_be_trailer(name)) << name;
  }
  for (const char* name : {"Digest", "Server-Timing", "grpc-status", "X-Checksum", "ETag", "x_checksum"}) {
    EXPECT_TRUE(may_be_trailer(name)) << name;
  }
}

TEST(Trailers, KeepsTheAllowedLinesInOrder) {
  std::string lines = "A: 1\r\nHost: evil\r\nb:2\r\ncontent-length: 3\r\nC:\r\n";
  lines.resize(keep_allowed_trailers(lines));
  EXPECT_EQ(lines, "A: 1\r\nb:2\r\nC:\r\n");
}

TEST(Trailers, LeavesNothingOfAForbiddenSection) {
  std::string lines = "Host: a\r\n";
  EXPECT_EQ(keep_allowed_trailers(lines), 0U);
  EXPECT_EQ(keep_allowed_trailers({}), 0U);
}

}  // namespace
}  // namespace wayside::http
