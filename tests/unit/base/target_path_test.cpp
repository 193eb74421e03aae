#include "wayside/base/target_path.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace wayside {
namespace {

TEST(TargetPath, IsThatOfOriginFormAndAbsoluteForm) {
  struct Case {
    std::string_view target;
    std::string_view path;
  };
  const Case cases[] = {
      // origin-form
      {"/", "/"},
      {"/users/42", "/users/42"},
      {"/users/42?x=/y#z", "/users/42"},
      {"/users#z?x", "/users"},
      {"/?", "/"},
      {"//host/x", "//host/x"},
      {"/http://host/x", "/http://host/x"},
      // absolute-form
      {"http://host/users?x", "/users"},
      {"HTTPS://user@[::1]:8080/users", "/users"},
      {"http://host", "/"},
      {"http://host?x=/y", "/"},
      {"http://host#x", "/"},
      {"http:///x", "/x"},
      {"a+b-c.1://host/x", "/x"},
      // neither
      {"", ""},
      {"*", ""},
      {"host:443", ""},
      {"?x", ""},
      {"users", ""},
      {"://host/x", ""},
      {"1a://host/x", ""},
      {"a b://host/x", ""},
  };
  for (const Case& each : cases)
    EXPECT_EQ(path_of(each.target), each.path) << each.target;
}

TEST(TargetPath, KeepsQueryAndFragmentWhereTheyAreWanted) {
  EXPECT_EQ(from_path_on("/users?x#y"), "/users?x#y");
  EXPECT_EQ(from_path_on("http://host/users?x#y"), "/users?x#y");
  EXPECT_EQ(from_path_on("http://host?x"), "/");
  EXPECT_EQ(from_path_on("*"), "");
}

}  // namespace
}  // namespace wayside
