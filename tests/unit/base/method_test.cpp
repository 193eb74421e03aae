#include "wayside/base/method.hpp"

#include <gtest/gtest.h>

namespace wayside {
namespace {

TEST(Method, ReadsWhatItPrints) {
  for (const Method method : kMethods) {
    EXPECT_EQ(method_from_token(method_label(method)), method);
  }
}

TEST(Method, FoldsUnknownTokensIntoOther) {
  for (const char* token : {"", "get", "Get", "GETT", "PROPFIND", "MKCOL", "M-SEARCH", "OTHER", "GE"}) {
    EXPECT_EQ(method_from_token(token), Method::unknown) << token;
  }
}

// Beast has numbers for methods that are not in the set.
TEST(Method, CountsOtherVerbsAsUnknown) {
  EXPECT_EQ(known_method(Method::patch), Method::patch);
  for (const Method method : {Method::propfind, Method::lock, Method::unlink, Method::unknown}) {
    EXPECT_EQ(known_method(method), Method::unknown);
    EXPECT_EQ(method_label(method), "OTHER");
    EXPECT_FALSE(is_idempotent(method));
    MethodSet set;
    set.insert(method);
    EXPECT_TRUE(set.contains(Method::unknown));
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
  set.insert(Method::get);
  set.insert(Method::unknown);
  EXPECT_TRUE(set.contains(Method::get));
  EXPECT_TRUE(set.contains(Method::unknown));
  EXPECT_FALSE(set.contains(Method::post));
  MethodSet others;
  others.insert(Method::post);
  EXPECT_FALSE(set.intersects(others));
  others.insert(Method::unknown);
  EXPECT_TRUE(set.intersects(others));
  others.insert(set);
  EXPECT_TRUE(others.contains(Method::get));
  EXPECT_TRUE(others.contains(Method::post));
}

}  // namespace
}  // namespace wayside
