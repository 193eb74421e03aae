#include "config/route_import_command.hpp"

#include "unit/config/command_line_test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::config {
namespace {

using testing::IsEmpty;

TEST(RouteImportCommand, ReadsItsWords) {
  const Parsing parsing = parse({"routes", "import", "--from", "flask", "-"});
  EXPECT_THAT(parsing.errors, IsEmpty());
  EXPECT_EQ(parsing.line.action, Action::kImportRoutes);
  EXPECT_EQ(parsing.line.route_import, (RouteImport{"flask", "-", ""}));
  EXPECT_EQ(parse({"routes", "import", "x.txt", "--into=wayside.yaml", "--from=go"}).line.route_import,
            (RouteImport{"go", "x.txt", "wayside.yaml"}));
  EXPECT_EQ(parse({"routes", "import", "--help"}).line.action, Action::kHelp);
}

TEST(RouteImportCommand, SaysWhatIsWrong) {
  struct Case {
    std::vector<const char*> words;
    std::string error;
  };
  const std::vector<Case> cases = {
      {{"routes"}, "routes: expected the command import, found none"},
      {{"routes", "export"}, R"(routes: expected the command import, found "export")"},
      {{"routes", "import", "-"},
       "routes import: expected --from with the framework of the listing, found none"},
      {{"routes", "import", "--from", "go"},
       "routes import: expected the file of the listing, or - for standard input, found none"},
      {{"routes", "import", "--from", "go", "a", "b"},
       R"(routes import: the listing: expected once, found "a" and "b")"},
      {{"routes", "import", "--from", "go", "--from", "rails", "a"},
       R"(--from: expected once, found "go" and "rails")"},
      {{"routes", "import", "--form", "go", "a"},
       R"(routes import: --form: expected a known option (did you mean --from?), found "--form")"},
      {{"routes", "import", "a", "--from"}, "--from: expected a value, found none"},
  };
  for (const Case& each : cases) {
    EXPECT_THAT(parse(each.words).errors, testing::Contains(each.error))
        << testing::PrintToString(each.words);
  }
}

TEST(RouteImportCommand, HasNeighboursThatAreOptionsToo) {
  EXPECT_EQ(parse({"check"}).line.action, Action::kCheck);
  const Parsing explain = parse({"explain", "GET /x", "--listen", ":80"});
  EXPECT_THAT(explain.errors, IsEmpty());
  EXPECT_EQ(explain.line.action, Action::kExplain);
  EXPECT_EQ(explain.line.explain, "GET /x");
  EXPECT_EQ(explain.line.given.size(), 1U);
}

}  // namespace
}  // namespace wayside::config
