// Documents as they are published, from the text to a match.
#include "wayside/openapi/document.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::openapi {
namespace {

std::string read(const std::string& name) {
  std::ifstream in(std::string(WAYSIDE_SOURCE_DIR) + "/tests/data/openapi/" + name);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

routes::RouteTable table_of(const std::string& text, std::size_t expected_size) {
  const auto specs = read_routes(text, "api");
  EXPECT_TRUE(specs.has_value()) << specs.error().line << ": " << specs.error().message;
  EXPECT_EQ(specs->size(), expected_size);
  auto table = routes::RouteTable::build(*specs);
  EXPECT_TRUE(table.has_value()) << table.error().message;
  return *std::move(table);
}

std::string_view label(const routes::RouteTable& table, Method method, std::string_view target) {
  return table.label(table.match(method, target));
}

TEST(OpenApiDocuments, PetstoreOfVersion3) {
  const routes::RouteTable table = table_of(read("petstore.yaml"), 9);
  EXPECT_EQ(label(table, Method::get, "/api/v3/pet/findByStatus?status=sold"), "/api/v3/pet/findByStatus");
  EXPECT_EQ(label(table, Method::delete_, "/api/v3/pet/17"), "/api/v3/pet/{petId}");
  EXPECT_EQ(label(table, Method::put, "/api/v3/pet"), "/api/v3/pet");
  EXPECT_EQ(label(table, Method::get, "/pet/17"), "unmatched");
}

TEST(OpenApiDocuments, PetstoreOfSwagger2) {
  const routes::RouteTable table = table_of(read("petstore-2.0.json"), 3);
  EXPECT_EQ(label(table, Method::get, "/v2/user/jane"), "/v2/user/{username}");
}

// As large as those of the big hosting services: 600 paths of up to six segments, with descriptions,
// parameters and responses.
TEST(OpenApiDocuments, HundredsOfPaths) {
  std::string text = R"({"openapi": "3.1.0", "info": {"title": "Large", "version": "1"}, "paths": {)";
  constexpr int kPaths = 600;
  for (int i = 0; i < kPaths; ++i) {
    const std::string number = std::to_string(i);
    text += i == 0 ? "\n" : ",\n";
    text += R"(  "/repos/{owner}/{repo}/resource-)" + number + R"(/{id}/actions": {)";
    for (const char* method : {"get", "patch", "delete"}) {
      text +=
          std::string(method == std::string_view("get") ? "" : ", ") + "\"" + method +
          R"(": {"description": "Lists \"things\".\n\nMore: https://example.com/#x", "parameters": [{"name": "owner", "in": "path"}], "responses": {"200": {"description": "ok"}}})";
    }
    text += "}";
  }
  text += "\n}}\n";
  const routes::RouteTable table = table_of(text, kPaths);
  EXPECT_EQ(label(table, Method::patch, "/repos/me/it/resource-599/7/actions"),
            "/repos/{owner}/{repo}/resource-599/{id}/actions");
  EXPECT_EQ(label(table, Method::get, "/repos/me/it/resource-600/7/actions"), "unmatched");
}

}  // namespace
}  // namespace wayside::openapi
