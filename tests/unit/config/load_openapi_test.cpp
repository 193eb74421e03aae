// load() with an OpenAPI document, and what it hands on about routes.
#include "wayside/config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace wayside::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LoadOpenApi : public testing::Test {
 protected:
  LoadOpenApi() { std::filesystem::create_directories(folder_); }
  ~LoadOpenApi() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }

  static Checked<Invocation, Errors> load_with(std::vector<const char*> words) {
    words.insert(words.begin(), "wayside");
    return load(words, {});
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("load_openapi_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(LoadOpenApi, JoinsTheRoutesOfTheDocument) {
  write("api.yaml", "openapi: 3.0.0\npaths:\n  /pets: {get: {}}\n  /pets/{petId}: {get: {}}\n  /other: {}\n");
  const std::string file =
      write("w.yaml", "openapi: api.yaml\nroutes:\n- /own\n- {path: '/pets/:id', name: pet}\n");
  const auto loaded = load_with({"--config", file.c_str(), "--check"});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().lines.front();
  std::vector<std::string> paths;
  for (const auto& route : loaded->settings.routes)
    paths.push_back(route.path);
  EXPECT_THAT(paths, ElementsAre("/own", "/pets/:id", "/pets", "/other"));
  const std::string api = loaded->settings.openapi.front().file;
  EXPECT_THAT(loaded->hints,
              ElementsAre(file + ":4: routes: replaces \"/pets/{petId}\" on line 4 of " + api));
}

TEST_F(LoadOpenApi, TakesTheDocumentOfTheCommandLine) {
  const std::string api =
      write("api.json", R"({"swagger": "2.0", "basePath": "/v1", "paths": {"/a": {"get": {}}}})");
  const auto loaded = load_with({"--openapi", api.c_str()});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->settings.routes.size(), 1U);
  EXPECT_EQ(loaded->settings.routes[0].path, "/v1/a");
  EXPECT_EQ(loaded->settings.unmatched_policy(), routes::UnmatchedPolicy::kFold);
}

TEST_F(LoadOpenApi, SaysWhereTheDocumentIsBroken) {
  const std::string api = write("api.yaml", "openapi: 3.0.0\npaths:\n  /a: 1\n");
  const auto broken = load_with({"--openapi", api.c_str()});
  ASSERT_TRUE(broken.has_error());
  EXPECT_THAT(broken.error().lines, ElementsAre(api + ":3:7: expected a mapping of operations, found \"1\""));

  const auto missing = load_with({"--openapi", "/nonexistent.yaml"});
  ASSERT_TRUE(missing.has_error());
  EXPECT_THAT(missing.error().lines,
              ElementsAre("/nonexistent.yaml: expected a readable file, found: No such file or directory"));
}

// FastAPI exports /int/{i} and /int/{s} where a type tells them apart.
TEST_F(LoadOpenApi, MergesTemplatesThatMatchTheSame) {
  const std::string api =
      write("api.yaml",
            "openapi: 3.0.0\npaths:\n  /{a}: {get: {}}\n  /x: {get: {}}\n  /{b}: {get: {}}\n"
            "  /{c}: {get: {}, put: {}}\n  /{d}: {}\n  /{e}: {put: {}, get: {}}\n");
  const auto loaded = load_with({"--openapi", api.c_str(), "--check"});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().lines.front();
  std::vector<std::string> paths;
  for (const auto& route : loaded->settings.routes)
    paths.push_back(route.path);
  // {d} lists no methods, and so has those that the others leave.
  EXPECT_THAT(paths, ElementsAre("/{a}", "/x", "/{c}", "/{d}"));
  EXPECT_TRUE(loaded->settings.routes[2].methods.contains(Method::put));
  EXPECT_FALSE(loaded->settings.routes[2].methods.contains(Method::get));
  EXPECT_TRUE(loaded->settings.routes[3].methods.empty());
  ASSERT_GE(loaded->hints.size(), 2U);
  EXPECT_THAT(loaded->hints[1],
              testing::StartsWith(api + ":6: paths: \"/{c}\" matches the same as \"/{a}\" on line 3, and is "
                                        "counted with it for GET: "))
      << "PUT keeps the label /{c}";
  EXPECT_EQ(loaded->hints.front(),
            api +
                ":5: paths: \"/{b}\" matches the same as \"/{a}\" on line 3, and is counted with it: a name "
                "chooses the label, as in routes: [{path: \"/{a}\", name: …}] of a configuration file");
}

TEST_F(LoadOpenApi, LeavesOutPathsThatAreNoTemplates) {
  const std::string api =
      write("api.yaml",
            "openapi: 3.0.0\npaths:\n  /a/{}: {get: {}}\n  /b: {get: {}}\n  /c/{id: {get: {}}\n"
            "  /d/../e: {get: {}}\n  /./f: {get: {}}\n  /g/{id}: {get: {}}\n");
  const auto left_out = [&](const std::string& line_and_path) {
    return testing::StartsWith(api + ":" + line_and_path + ": expected ");
  };
  const auto all =
      ElementsAre(left_out("3: paths: leaves out \"/a/{}\""), left_out("5: paths: leaves out \"/c/{id\""),
                  left_out("6: paths: leaves out \"/d/../e\""), left_out("7: paths: leaves out \"/./f\""));
  for (const bool is_check : {true, false}) {
    std::vector<const char*> words = {"--openapi", api.c_str()};
    if (is_check) words.push_back("--check");
    const auto loaded = load_with(words);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().lines.front();
    std::vector<std::string> paths;
    for (const auto& route : loaded->settings.routes)
      paths.push_back(route.path);
    EXPECT_THAT(paths, ElementsAre("/b", "/g/{id}"));
    EXPECT_THAT(loaded->hints, all);
  }
  const std::string file = write("w.yaml", "routes: ['/a/{}']\n");
  EXPECT_TRUE(load_with({"--config", file.c_str()}).has_error()) << "a route of the file is meant";
}

TEST_F(LoadOpenApi, KeepsADuplicateOfTheFileAnError) {
  const std::string file = write("w.yaml", "routes: ['/{a}', '/{b}']\n");
  EXPECT_TRUE(load_with({"--config", file.c_str()}).has_error());
}

TEST_F(LoadOpenApi, LetsACatchAllReplaceTheParameterThatItIsExportedAs) {
  write(
      "api.yaml",
      "openapi: 3.0.0\npaths:\n  /files/{p}: {get: {}}\n  /other/{id}: {get: {}}\n  /x/{a}/{b}: {get: {}}\n");
  const std::string file = write(
      "w.yaml", "openapi: api.yaml\nroutes: ['/files/{p:path}', '/other/{rest...}', '/x/{q}/<path:b>']\n");
  const auto loaded = load_with({"--config", file.c_str(), "--check"});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().lines.front();
  std::vector<std::string> paths;
  for (const auto& route : loaded->settings.routes)
    paths.push_back(route.path);
  EXPECT_THAT(paths, ElementsAre("/files/{p:path}", "/other/{rest...}", "/x/{q}/<path:b>", "/other/{id}"));
  EXPECT_THAT(loaded->hints.front(), testing::EndsWith("routes: replaces \"/files/{p}\" on line 3 of " +
                                                       loaded->settings.openapi.front().file));
}

TEST_F(LoadOpenApi, JoinsSeveralDocuments) {
  const std::string a = write("a.yaml", "openapi: 3.0.0\nservers: [{url: /v1}]\npaths:\n  /x: {get: {}}\n");
  const std::string b =
      write("b.yaml", "openapi: 3.0.0\nservers: [{url: /v2}]\npaths:\n  /x: {put: {}}\n  /y: {}\n");
  const std::string file =
      write("w.yaml", "openapi: [a.yaml, {file: b.yaml, prefix: /b}]\nroutes: [{path: /own, name: me}]\n");
  const auto loaded = load_with({"--config", file.c_str(), "--check", "--verbose"});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().lines.front();
  EXPECT_THAT(loaded->notes,
              ElementsAre("routes: 1 of " + file + ", 1 of " + a + ", 2 of " + b,
                          "any /own named \"me\" of " + file + ":2", "GET /v1/x of " + a + ":4",
                          "PUT /b/x of " + b + ":4", "any /b/y of " + b + ":5"));
  EXPECT_THAT(load_with({"--config", file.c_str(), "--check"})->notes, testing::SizeIs(1));
  EXPECT_THAT(load_with({"--config", file.c_str(), "--verbose"}).error().lines,
              ElementsAre("--verbose: expected --check beside it, found none"));
}

TEST_F(LoadOpenApi, HandsOnWhatIsToBeExplained) {
  const auto loaded = load_with({"--explain", "GET /a", "--enable-lifecycle", "--unmatched", "path"});
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->action, Action::kExplain);
  EXPECT_EQ(loaded->explain, "GET /a");
  EXPECT_TRUE(loaded->settings.enable_lifecycle);
  EXPECT_EQ(loaded->settings.unmatched, routes::UnmatchedPolicy::kPath);
  EXPECT_THAT(loaded->hints, IsEmpty());
  EXPECT_THAT(load_with({"--explain", "GET /a", "--check"}).error().lines,
              ElementsAre("--explain: expected to stand alone, found another request beside it"));
}

}  // namespace
}  // namespace wayside::config
