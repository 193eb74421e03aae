#include "wayside/app/route_import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace wayside::app {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class RouteImport : public testing::Test {
 protected:
  RouteImport()
      : directory_(fs::path(testing::TempDir()) /
                   ("route_import_" + std::to_string(getpid()) + "_" +
                    testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::create_directories(directory_);
  }
  ~RouteImport() override {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  RouteImport(const RouteImport&) = delete;
  RouteImport& operator=(const RouteImport&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    const fs::path path = directory_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  std::string path_of(const std::string& name) const { return (directory_ / name).string(); }

  static std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

 private:
  fs::path directory_;
};

// FastAPI's document has {p} where its table has {p:path}, which replaces it.
TEST_F(RouteImport, AddsACatchAllThatReplacesADocumentsRoute) {
  write("api.json", R"({"openapi": "3.1.0", "paths": {"/files/{p}": {"get": {}}, "/a": {"get": {}}}})");
  const std::string into = write("wayside.yaml", "openapi: api.json\nroutes:\n  - /hello\n");
  const std::string listing = write("table", "GET /files/{p:path}\nGET /a\n");
  const ImportOutcome outcome = import_routes({"fastapi", listing, into});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.remarks, ElementsAre(EndsWith(": 1 routes added, 1 of the listing are there already")));
  const std::string text = read(into);
  EXPECT_THAT(text, HasSubstr("'/files/{p:path}'"));

  EXPECT_EQ(import_routes({"fastapi", listing, into}).status, 0);
  EXPECT_EQ(read(into), text);
}

TEST_F(RouteImport, AddsToAFileThatAnImportWithoutARouteMade) {
  const std::string into = path_of("wayside.yaml");
  EXPECT_EQ(import_routes({"go", write("bad", "GET /a{b\n"), into}).status, 0);
  EXPECT_THAT(read(into), HasSubstr("Not imported"));
  const ImportOutcome outcome = import_routes({"go", write("good", "GET /ab\n"), into});
  EXPECT_EQ(outcome.status, 0) << outcome.remarks.front();
  EXPECT_THAT(read(into), HasSubstr("'/ab'"));
}

}  // namespace
}  // namespace wayside::app
