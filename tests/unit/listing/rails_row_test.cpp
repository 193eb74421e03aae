#include "listing/rails_row.hpp"

#include <gtest/gtest.h>

namespace wayside::listing {
namespace {

constexpr auto kRails = routes::Dialect::kRails;

std::string path_of(const RailsRow& row, std::string_view mount = {}) {
  const auto entry = entry_of(row, mount, kRails);
  return entry ? entry->path : "none";
}

TEST(RailsRow, MountsAnApplicationWhereNoActionIs) {
  EXPECT_EQ(mounted_application({1, "", "/cable", "ActionCable::Server::Base"}), "ActionCable::Server::Base");
  EXPECT_EQ(mounted_application({1, "", "/rack", "#<Proc:0x1 x.rb:1 (lambda)>"}),
            "#<Proc:0x1 x.rb:1 (lambda)>");
  EXPECT_EQ(mounted_application({1, "", "/all", "p#show"}), "");
  EXPECT_EQ(mounted_application({1, "GET", "/x", "App"}), "");
  EXPECT_EQ(mounted_application({1, "", "/x(.:format)", "App"}), "");
  EXPECT_EQ(mounted_application({1, "", "/x", "redirect(301, /y)"}), "");
}

TEST(RailsRow, BecomesASubtreeWhereItMounts) {
  EXPECT_EQ(path_of({1, "", "/cable", "App"}), "/cable(/*path)");
  EXPECT_EQ(path_of({1, "", "/", "App"}), "/*path");
  EXPECT_EQ(path_of({1, "", "/cable", "App"}, "/admin"), "/admin/cable(/*path)");
}

TEST(RailsRow, StandsBelowItsMount) {
  EXPECT_EQ(path_of({1, "GET", "/", "a#b"}, "/blog"), "/blog");
  EXPECT_EQ(path_of({1, "GET", "/x", "a#b"}, "/blog"), "/blog/x");
  EXPECT_EQ(path_of({1, "GET", "/x", "a#b"}, "/"), "/x");
}

TEST(RailsRow, ConstrainsOnlyItsParameters) {
  EXPECT_EQ(path_of({1, "GET", "/:identity/:id", R"(a#b {:id=>/\d+/, :other=>/x/})"}),
            R"(/:identity([^.]+)/:id(\d+))");
  EXPECT_EQ(path_of({1, "GET", "/:id", R"(a#b {:id=>/[\/]x/, :format=>"json"})"}), R"(/:id([\/]x))");
  EXPECT_EQ(path_of({1, "GET", "/:id", "a#b {:format=>\"json\"}"}), "/:id");
}

// Without a constraint, a parameter of Rails has no dot. The dialect of the entry does not say so.
TEST(RailsRow, ConstrainsTheParametersBesideAConstrainedOne) {
  EXPECT_EQ(path_of({1, "GET", "/u/:user_id/p/:id(.:format)", R"(a#b {:id=>/\d+/})"}),
            R"(/u/:user_id([^.]+)/p/:id(\d+)(.:format([^.]+)))");
  EXPECT_EQ(path_of({1, "GET", "/:id/*rest(.:format)", R"(a#b {:id=>/:x/})"}),
            R"(/:id(:x)/*rest(.:format([^.]+)))");
}

TEST(RailsRow, HasMethodsOrNone) {
  EXPECT_EQ(path_of({1, "(?-mix:x)", "/x", "a#b"}), "none");
}

TEST(RailsRow, IsUnfinishedWhileABraceIsOpen) {
  EXPECT_TRUE(is_unfinished("a#b {:id=>"));
  EXPECT_FALSE(is_unfinished("a#b {:id=>/x/}"));
  EXPECT_FALSE(is_unfinished("a#b"));
}

}  // namespace
}  // namespace wayside::listing
