#include "wayside/http/field_twins.hpp"

#include <gtest/gtest.h>

namespace wayside::http {
namespace {

TEST(FieldTwins, AreTheNamesThatBackendsMistakeForOurs) {
  for (const char* name : {"X_Forwarded_For", "x-forwarded_proto", "X_FORWARDED-HOST", "Content_Length"}) {
    EXPECT_TRUE(is_underscore_twin(name)) << name;
  }
  for (const char* name : {"X-Forwarded-For", "Content-Length", "my_field", "X_Forwarded_Fo", "", "_"}) {
    EXPECT_FALSE(is_underscore_twin(name)) << name;
  }
}

}  // namespace
}  // namespace wayside::http
