#include "config/mistake.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace wayside::config {
namespace {

using namespace std::literals;

constexpr std::array kKnown = {"listen"sv, "backend"sv, "workers"sv, "log_level"sv};

TEST(Nearest, FindsTypingMistakes) {
  EXPECT_EQ(nearest("listne", kKnown), "listen");
  EXPECT_EQ(nearest("lsten", kKnown), "listen");
  EXPECT_EQ(nearest("listenn", kKnown), "listen");
  EXPECT_EQ(nearest("log-level", kKnown), "log_level");
  EXPECT_EQ(nearest("worker", kKnown), "workers");
  EXPECT_EQ(nearest("Backend", kKnown), "backend");
}

TEST(Nearest, FindsNothingFarAway) {
  EXPECT_EQ(nearest("upstream", kKnown), "");
  EXPECT_EQ(nearest("", kKnown), "");
  EXPECT_EQ(nearest("x", kKnown), "");
  EXPECT_EQ(nearest(std::string(100000, 'l'), kKnown), "");
  EXPECT_EQ(nearest("listen", {}), "");
}

TEST(UnknownWord, ProposesOrLists) {
  EXPECT_EQ(unknown_word("a known key", "listn", kKnown),
            R"(expected a known key (did you mean listen?), found "listn")");
  EXPECT_EQ(unknown_word("a known key", "a\nb", kKnown),
            R"(expected one of listen, backend, workers, log_level, found "a\nb")");
}

}  // namespace
}  // namespace wayside::config
