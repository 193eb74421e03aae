#include "wayside/base/method.hpp"

#include <gtest/gtest.h>

namespace wayside {
namespace {

TEST(Method, ReadsWhatItPrints) {
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_EQ(method_from_token(to_string(method)), method);
  }
}

TEST(Method, FoldsUnknownTokensIntoOther) {
  for (const char* token : {"", "get", "Get", "GETT", "PROPFIND", "OTHER", "GE"}) {
    EXPECT_EQ(method_from_token(token), Method::kOther) << token;
  }
}

TEST(Method, IsIdempotentAsRfc9110Has) {
  for (const char* token : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    EXPECT_TRUE(is_idempotent(method_from_token(token))) << token;
  }
  for (const char* token : {"POST", "PATCH", "CONNECT", "PURGE"}) {
    EXPECT_FALSE(is_idempotent(method_from_token(token))) << token;
  }
}

TEST(MethodSet, HoldsWhatWasInserted) {
  MethodSet set;
  EXPECT_TRUE(set.empty());
  set.insert(Method::kGet);
  set.insert(Method::kOther);
  EXPECT_TRUE(set.contains(Method::kGet));
  EXPECT_TRUE(set.contains(Method::kOther));
  EXPECT_FALSE(set.contains(Method::kPost));
  MethodSet others;
  others.insert(Method::kPost);
  EXPECT_FALSE(set.intersects(others));
  others.insert(Method::kOther);
  EXPECT_TRUE(set.intersects(others));
}

}  // namespace
}  // namespace wayside
