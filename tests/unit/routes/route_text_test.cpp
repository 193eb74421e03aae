#include "wayside/routes/route_text.hpp"

#include "support/routes.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

namespace wayside::routes {
namespace {

using test::set_of;

TEST(RouteText, BeginsWithItsMethods) {
  struct Case {
    std::string_view text;
    MethodSet methods;
    std::string_view path;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"/users", {}, "/users"},
           {"GET /users/{id}", set_of({Method::get}), "/users/{id}"},
           {"GET|POST   /users(.:format)", set_of({Method::get, Method::post}), "/users(.:format)"},
           {"DELETE\texample.com/x", set_of({Method::delete_}), "example.com/x"},
           {"HEAD,GET /", set_of({Method::get, Method::head}), "/"},
           {"PROPFIND /dav", set_of({Method::unknown}), "/dav"},
           {"ANY /x", {}, "/x"},
           {"get /x", {}, "get /x"},
           {"GET", {}, "GET"},
           {"GET ", {}, "GET "},
           {" /x", {}, " /x"},
           {"", {}, ""},
       }) {
    const RouteText read = split_methods(each.text);
    EXPECT_EQ(read.methods, each.methods) << each.text;
    EXPECT_EQ(read.path, each.path) << each.text;
  }
}

}  // namespace
}  // namespace wayside::routes
