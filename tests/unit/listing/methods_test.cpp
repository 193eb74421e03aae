#include "listing/methods.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace wayside::listing {
namespace {

MethodSet set(std::initializer_list<Method> methods) {
  MethodSet out;
  for (const Method method : methods)
    out.insert(method);
  return out;
}

TEST(ListedMethods, AreReadInEverySpelling) {
  EXPECT_EQ(read_methods("GET"), set({Method::get}));
  EXPECT_EQ(read_methods("GET, HEAD"), set({Method::get, Method::head}));
  EXPECT_EQ(read_methods("PATCH|PUT"), set({Method::patch, Method::put}));
}

TEST(ListedMethods, AreEveryMethodWhereAllAreListed) {
  EXPECT_EQ(read_methods("ANY"), MethodSet());
  EXPECT_EQ(read_methods("*"), MethodSet());
  EXPECT_EQ(read_methods("DELETE, GET, HEAD, PATCH, POST, PUT, OPTIONS, PROPFIND"), MethodSet());
  EXPECT_EQ(read_methods("GET, M-SEARCH"), set({Method::get}));
  EXPECT_EQ(read_methods("PROPFIND"), MethodSet());
}

TEST(ListedMethods, AreNothingElse) {
  for (const char* text : {"", " ", ",", "get", "GET /", "G3T"})
    EXPECT_FALSE(read_methods(text)) << text;
}

}  // namespace
}  // namespace wayside::listing
