#include "config/values.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::config {
namespace {

using metrics::Naming;
using Texts = std::vector<std::string>;

TEST(Values, ReadWorkers) {
  EXPECT_EQ(*parse_workers("1"), 1U);
  EXPECT_EQ(*parse_workers("1024"), 1024U);
  EXPECT_GE(*parse_workers("auto"), 1U);
  for (const char* text : {"", "0", "-1", "1025", "2x", " 2", "Auto", "99999999999999999999999"}) {
    ASSERT_TRUE(parse_workers(text).has_error()) << text;
    EXPECT_EQ(parse_workers(text).error().text,
              "expected a number from 1 to 1024, or auto, found \"" + std::string(text) + "\"");
  }
}

TEST(Values, ReadLogLevels) {
  EXPECT_EQ(*parse_log_level("debug"), LogLevel::kDebug);
  EXPECT_EQ(*parse_log_level("error"), LogLevel::kError);
  EXPECT_EQ(parse_log_level("INFO").error().text, R"(expected debug, info, warn or error, found "INFO")");
}

TEST(Values, ReadNamings) {
  EXPECT_EQ(*parse_namings(Texts{"http"}), std::vector{Naming::kHttp});
  EXPECT_EQ(*parse_namings(Texts{"flask", "http"}), (std::vector{Naming::kFlask, Naming::kHttp}));
  EXPECT_EQ(parse_namings(Texts{"http", ""}).error().text, R"(expected http, flask or otel, found "")");
  EXPECT_EQ(parse_namings(Texts{"http", "http"}).error().text,
            R"(expected each naming once, found "http" twice)");
  EXPECT_EQ(parse_namings(Texts{}).error().text, "expected http, flask or otel, found an empty list");
}

TEST(Values, ReadMethods) {
  MethodSet expected_set;
  expected_set.insert(Method::get);
  expected_set.insert(Method::patch);
  EXPECT_EQ(*parse_methods(Texts{"GET", "PATCH"}), expected_set);
  const std::string expected_text =
      "expected GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH, found ";
  EXPECT_EQ(parse_methods(Texts{"get"}).error().text, expected_text + R"("get")");
  EXPECT_EQ(parse_methods(Texts{"GET", "OTHER"}).error().text, expected_text + R"("OTHER")");
  EXPECT_EQ(parse_methods(Texts{"GET", "GET"}).error().text,
            R"(expected each method once, found "GET" twice)");
  EXPECT_EQ(parse_methods(Texts{}).error().text, "expected at least one method, found an empty list");
}

TEST(Values, PrintTheBackendAsItIsRead) {
  for (const char* text : {"http://app:80", "http://[::1]:5000", "unix:/run/app.sock"}) {
    EXPECT_EQ(backend_to_string(*parse_backend(text)), text);
  }
}

}  // namespace
}  // namespace wayside::config
