#include "wayside/metrics/server_error.hpp"

#include <gtest/gtest.h>

namespace wayside::metrics {
namespace {

TEST(ServerError, IsAStatusOf5xx) {
  for (const unsigned status : {500U, 502U, 503U, 504U, 507U, 599U, 600U, 999U})
    EXPECT_TRUE(is_server_error(status)) << status;
  for (const unsigned status : {101U, 200U, 304U, 400U, 404U, 499U})
    EXPECT_FALSE(is_server_error(status)) << status;
}

// Otherwise a client could use up the error budget with requests that wayside refuses.
TEST(ServerError, IsNotWhatTheRequestAloneCauses) {
  EXPECT_FALSE(is_server_error(501));
  EXPECT_FALSE(is_server_error(505));
}

TEST(ServerError, IsEveryStatusOf5xxInTheOverflowEndpoint) {
  EXPECT_TRUE(is_server_error(5));
  EXPECT_FALSE(is_server_error(4));
}

}  // namespace
}  // namespace wayside::metrics
