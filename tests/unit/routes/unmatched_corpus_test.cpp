// How well templates are guessed: with the segments of real paths and identifiers of many kinds, which
// tests/data/segments/make.py made. tests/README.md shows the table that a run prints.
#include "wayside/routes/unmatched.hpp"

#include "support/routes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

using test::guess;

// WAYSIDE_SEGMENTS names another folder, such as the one with the segments of all documents.
std::vector<std::string> lines_of(const std::string& name) {
  const char* const chosen = std::getenv("WAYSIDE_SEGMENTS");
  const std::string folder =
      chosen != nullptr ? chosen : std::string(WAYSIDE_SOURCE_DIR) + "/tests/data/segments";
  std::ifstream file(folder + "/" + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  if (lines.empty()) throw std::runtime_error(folder + "/" + name + ": no lines");
  return lines;
}

struct Share {
  std::size_t right = 0;
  std::size_t all = 0;
  std::vector<std::string> wrong{};

  void add(bool is_right, std::string_view text) {
    ++all;
    if (is_right) {
      ++right;
    } else {
      wrong.emplace_back(text);
    }
  }
  double value() const { return static_cast<double>(right) / static_cast<double>(all); }
  std::string examples() const {
    std::string text;
    for (std::size_t i = 0; i < wrong.size() && i < 40; ++i)
      text += " " + wrong[i];
    return text;
  }
};

void print_row(std::string_view kind, const Share& share) {
  std::printf("| %-28.*s | %6zu | %.4f |\n", static_cast<int>(kind.size()), kind.data(), share.all,
              share.value());
}

TEST(UnmatchedCorpus, LeavesStaticSegmentsAsTheyAre) {
  Share share;
  for (const std::string& segment : lines_of("static.txt"))
    share.add(guess("/" + segment).find("{id}") == std::string::npos, segment);
  print_row("static segments", share);
  EXPECT_GT(share.all, 10'000U);
  EXPECT_GE(share.value(), 0.98) << share.examples();
}

TEST(UnmatchedCorpus, TakesIdentifiersOfEveryKind) {
  std::map<std::string, Share> by_kind;
  for (const std::string& line : lines_of("identifiers.txt")) {
    const std::size_t tab = line.find('\t');
    const std::string kind = line.substr(0, tab);
    const std::string segment = line.substr(tab + 1);
    const bool has_suffix = kind.ends_with("suffix");
    const std::string suffix = has_suffix ? segment.substr(segment.find('.')) : "";
    by_kind[kind].add(guess("/things/" + segment + "/parts") == "/things/{id}" + suffix + "/parts", segment);
  }
  EXPECT_GE(by_kind.size(), 15U);
  for (const auto& [kind, share] : by_kind) {
    print_row(kind, share);
    EXPECT_GE(share.all, 100U) << kind;
    EXPECT_GE(share.value(), 0.95) << kind << ":" << share.examples();
  }
}

}  // namespace
}  // namespace wayside::routes
