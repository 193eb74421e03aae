#include "config/command_line.hpp"

#include "unit/config/command_line_test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

namespace wayside::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(CommandLine, RunsWithoutAnything) {
  EXPECT_EQ(parse({}).line.action, Action::kRun);
  std::vector<std::string> errors;
  EXPECT_EQ(parse_command_line({}, errors).action, Action::kRun) << "not even a program's name";
  EXPECT_THAT(errors, IsEmpty());
}

TEST(CommandLine, ReadsActions) {
  EXPECT_EQ(parse({"--demo"}).line.action, Action::kDemo);
  EXPECT_EQ(parse({"--check"}).line.action, Action::kCheck);
  EXPECT_EQ(parse({"--version"}).line.action, Action::kVersion);
  EXPECT_EQ(parse({"--help"}).line.action, Action::kHelp);
  EXPECT_EQ(parse({"--demo", "--version", "--help", "--check"}).line.action, Action::kHelp);
  EXPECT_EQ(parse({"--demo", "--version"}).line.action, Action::kVersion);
}

TEST(CommandLine, ReadsValuesInBothSpellings) {
  const Parsing parsing =
      parse({"--listen", ":80", "--backend=unix:/a=b", "--naming", "http", "--naming=flask"});
  EXPECT_THAT(parsing.errors, IsEmpty());
  ASSERT_EQ(parsing.line.given.size(), 3U);
  EXPECT_EQ(parsing.line.given[0].source, "--listen");
  EXPECT_THAT(parsing.line.given[0].texts, ElementsAre(":80"));
  EXPECT_THAT(parsing.line.given[1].texts, ElementsAre("unix:/a=b"));
  EXPECT_THAT(parsing.line.given[2].texts, ElementsAre("http", "flask"));
}

TEST(CommandLine, SaysWhatIsWrong) {
  struct Case {
    std::vector<const char*> words;
    std::string error;
  };
  const std::vector<Case> cases = {
      {{"--lisen", ":80"}, R"(--lisen: expected a known option (did you mean --listen?), found "--lisen")"},
      {{"--list", ":80"}, R"(--list: expected a known option (did you mean --listen?), found "--list")"},
      {{"--listen"}, "--listen: expected a value, found none"},
      {{"--listen="}, "--listen: expected a value, found none"},
      {{"--demo=yes"}, "--demo: expected no value, found one"},
      {{"--workers", "1", "--workers", "2"}, R"(--workers: expected once, found "1" and "2")"},
      {{"wayside.yaml"},
       R"(expected an option that begins with -- (did you mean --config wayside.yaml?), found "wayside.yaml")"},
      {{"check", "shop.conf"},
       R"(expected an option that begins with -- (did you mean --config shop.conf?), found "shop.conf")"},
      {{"-c"}, R"(expected an option that begins with --, found "-c")"},
      {{"chekc"}, R"(expected a command as the first word (did you mean check?), found "chekc")"},
      {{"--workers", "1", "check"},
       R"(expected a command as the first word (did you mean check?), found "check")"},
      {{"explain"}, R"(expected a request such as GET /users/42 to explain, found "")"},
      {{"explain", "GET"}, R"(expected a request such as GET /users/42 to explain, found "GET")"},
      {{"explain", "/a", "/b"}, R"(expected an option that begins with --, found "/b")"},
      {{"explain", "GET", "/a", "/b"}, R"(expected an option that begins with --, found "/b")"},
      {{"--demo", "--check"}, "--check: expected to stand alone, found --demo beside it"},
  };
  for (const Case& each : cases) {
    EXPECT_THAT(parse(each.words).errors, ElementsAre(each.error)) << testing::PrintToString(each.words);
  }
}

TEST(CommandLine, TakesActionsAsWords) {
  EXPECT_EQ(parse({"check"}).line.action, Action::kCheck);
  EXPECT_EQ(parse({"help"}).line.action, Action::kHelp);
  EXPECT_EQ(parse({"version"}).line.action, Action::kVersion);
}

TEST(CommandLine, ReadsTheRequestToExplainAsOneWordOrTwo) {
  for (const auto& words : std::vector<std::vector<const char*>>{{"explain", "GET /x"},
                                                                 {"explain", "GET", "/x"},
                                                                 {"explain", "--workers", "1", "GET", "/x"},
                                                                 {"--explain", "GET", "/x"}}) {
    const Parsing parsing = parse(words);
    EXPECT_THAT(parsing.errors, IsEmpty());
    EXPECT_EQ(parsing.line.action, Action::kExplain);
    EXPECT_EQ(parsing.line.explain, "GET /x");
  }
  EXPECT_EQ(parse({"explain", "/x"}).line.explain, "/x");
}

TEST(CommandLine, KnowsWhichHelpIsMeant) {
  for (const char* help : {"-h", "--help"}) {
    EXPECT_EQ(parse({help}).line.action, Action::kHelp);
    EXPECT_EQ(parse({help}).line.command, "");
    for (const char* command : {"check", "explain", "probe"}) {
      const Parsing parsing = parse({command, help});
      EXPECT_THAT(parsing.errors, IsEmpty());
      EXPECT_EQ(parsing.line.action, Action::kHelp);
      EXPECT_EQ(parsing.line.command, command);
    }
    EXPECT_EQ(parse({"routes", "import", help}).line.command, "routes import");
  }
}

TEST(CommandLine, ReadsTheUrlOfAProbe) {
  EXPECT_EQ(parse({"probe"}).line.action, Action::kProbe);
  EXPECT_EQ(parse({"probe"}).line.probe_url, "");
  const Parsing parsing = parse({"probe", "http://app/healthz", "--config", "wayside.yaml"});
  EXPECT_THAT(parsing.errors, IsEmpty());
  EXPECT_EQ(parsing.line.action, Action::kProbe);
  EXPECT_EQ(parsing.line.probe_url, "http://app/healthz");
  EXPECT_EQ(parsing.line.given.size(), 1U);
  EXPECT_THAT(parse({"probe", "http://a", "http://b"}).errors,
              ElementsAre(R"(expected an option that begins with --, found "http://b")"));
  EXPECT_THAT(parse({"probe", "--check"}).errors,
              ElementsAre("probe: expected to stand alone, found another action beside it"));
  EXPECT_EQ(parse({"probe", "--help"}).line.action, Action::kHelp);
}

// The text with each run of blanks as one.
std::string on_one_line(const std::string& text) {
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

TEST(CommandLine, HelpNamesEveryOptionAndVariable) {
  const std::string text = help_text();
  for (const Setting* setting : settings_with_flag()) {
    EXPECT_THAT(text, HasSubstr(fmt::format("--{} ", setting->flag.name)));
    EXPECT_THAT(on_one_line(text), HasSubstr(std::string(setting->summary())));
    EXPECT_THAT(text, HasSubstr(fmt::format("--{} is {}\n", setting->flag.name, variable_of(*setting))));
  }
  for (const char* flag : {"--demo", "--check", "--explain", "--version", "--help"})
    EXPECT_THAT(text, HasSubstr(flag));
  for (const CommandText& command : command_texts())
    EXPECT_THAT(text, HasSubstr(fmt::format("wayside {} {}", command.words, command.operands)));
}

TEST(CommandLine, HelpOfACommandIsItsUsage) {
  for (const CommandText& command : command_texts()) {
    const std::string text = help_text(command.words);
    EXPECT_THAT(text, StartsWith(fmt::format("Usage: wayside {} {}\n", command.words, command.operands)));
    EXPECT_THAT(text, Not(HasSubstr("--listen")));
    EXPECT_THAT(on_one_line(text), HasSubstr(std::string(command.help.substr(1))));
  }
}

}  // namespace
}  // namespace wayside::config
