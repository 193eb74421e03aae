#include "wayside/listing/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace wayside::listing {
namespace {

using routes::Dialect;
using testing::HasSubstr;

MethodSet get() {
  MethodSet methods;
  methods.insert(Method::get);
  return methods;
}

Listing shop() {
  return {{{"/users/<id>", get(), Dialect::kFlask, {}, 1},
           {"/it's", {}, Dialect::kFlask, {}, 2},
           {"/x/:id(\\d+)", {}, Dialect::kAuto, "/x/:id", 3}},
          {{4, "/.*fly$/", "the reason"}}};
}

TEST(ListingYaml, GroupsRoutesByDialect) {
  EXPECT_EQ(print_file(shop()), R"(routes:
  - dialect: flask
    routes:
      - path: '/users/<id>'
        methods: [GET]
      - '/it''s'
  - dialect: auto
    routes:
      - path: '/x/:id(\d+)'
        name: '/x/:id'
  # Not imported: "/.*fly$/" on line 4 of the listing: the reason.
)");
}

TEST(ListingYaml, LeavesOutWhatIsThere) {
  Listing listing = shop();
  listing.entries.push_back({"/users/<name>", get(), Dialect::kFlask, {}, 9});
  listing.entries.push_back({"/a/<b", {}, Dialect::kFlask, {}, 10});
  listing.entries.push_back({"/a\nb", {}, Dialect::kFlask, {}, 11});
  settle(listing, {}, {}, {});
  EXPECT_EQ(listing.entries, shop().entries);
  ASSERT_EQ(listing.notes.size(), 4U);
  EXPECT_EQ(listing.notes[1], (Note{9, "/users/<name>", "it matches the same requests as \"/users/<id>\""}));
  EXPECT_THAT(listing.notes[2].reason, HasSubstr("wayside cannot read it: expected"));
  EXPECT_EQ(listing.notes[3], (Note{11, "/a\nb", "it has a control character"}));

  std::vector<routes::RouteSpec> existing;
  for (const Entry& entry : listing.entries) {
    existing.emplace_back();
    existing.back().path = entry.path;
    existing.back().methods = entry.methods;
    existing.back().dialect = entry.dialect;
  }
  Listing again{listing.entries, {}};
  settle(again, existing, {}, {});
  EXPECT_TRUE(again.entries.empty());
  EXPECT_TRUE(again.notes.empty());
  EXPECT_EQ(again.known, existing.size());
}

// A route that the file has for other methods is news.
TEST(ListingYaml, NamesARouteThatIsThereInPart) {
  MethodSet both = get();
  both.insert(Method::post);
  std::vector<routes::RouteSpec> existing(1);
  existing[0].path = "/{a}";
  existing[0].methods = get();
  Listing listing{{{"/{b}", both, Dialect::kAuto, {}, 1}}, {}};
  settle(listing, existing, {}, {});
  EXPECT_EQ(listing.known, 0U);
  ASSERT_EQ(listing.notes.size(), 1U);
  EXPECT_THAT(listing.notes[0].reason, HasSubstr("which is there"));
}

// C is like B, and B like A: A and C stand together where B goes.
TEST(ListingYaml, KeepsARouteThatOnlyALeftOutOneContradicts) {
  MethodSet post;
  post.insert(Method::post);
  MethodSet both = get();
  both.insert(post);
  Listing listing{{{"/{a}", get(), Dialect::kAuto, {}, 1},
                   {"/{b}", both, Dialect::kAuto, {}, 2},
                   {"/{c}", post, Dialect::kAuto, {}, 3}},
                  {}};
  settle(listing, {}, {}, {});
  ASSERT_EQ(listing.entries.size(), 2U);
  EXPECT_EQ(listing.entries[1].path, "/{c}");
}

std::string inserted(std::string_view file) {
  const auto text = insert_items(file, {{{"/new", {}, Dialect::kGo, {}, 1}}, {}});
  return text ? *text : std::to_string(text.error().line) + ": " + text.error().message;
}

// A listing of a million routes would otherwise be compiled a million times.
TEST(ListingYaml, LeavesOutAllBehindTheLimitAtOnce) {
  Listing listing;
  for (std::size_t i = 1; i <= 20'000; ++i)
    listing.entries.push_back({"/r" + std::to_string(i) + (i == 7 ? "{" : ""), {}, Dialect::kGo, {}, i});
  routes::Limits limits;
  limits.routes = 500;
  const auto start = std::chrono::steady_clock::now();
  settle(listing, {}, {}, limits);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(listing.entries.size(), 500U);
  EXPECT_EQ(listing.entries.back().path, "/r501");
  ASSERT_EQ(listing.notes.size(), 19'500U);
  EXPECT_THAT(listing.notes.back().reason, HasSubstr("limits.routes"));
}

TEST(ListingYaml, GoesToTheEndOfTheList) {
  EXPECT_EQ(
      inserted("routes:\n  - /a  # why\n  - path: /b\n    methods: [GET]\n\n# about workers\nworkers: 2\n"),
      "routes:\n  - /a  # why\n  - path: /b\n    methods: [GET]\n  - dialect: go\n    routes:\n      - "
      "'/new'\n\n# about workers\nworkers: "
      "2\n");
  EXPECT_EQ(inserted("workers: 2\nroutes:\n- /a\n- /b"),
            "workers: 2\nroutes:\n- /a\n- /b\n- dialect: go\n  routes:\n    - '/new'\n");
  EXPECT_EQ(inserted("routes: # none yet\nworkers: 2\n"),
            "routes: # none yet\n  - dialect: go\n    routes:\n      - '/new'\nworkers: 2\n");
  EXPECT_EQ(inserted("workers: 2"), "workers: 2\nroutes:\n  - dialect: go\n    routes:\n      - '/new'\n");
  EXPECT_EQ(inserted(""), "routes:\n  - dialect: go\n    routes:\n      - '/new'\n");
}

TEST(ListingYaml, RefusesAListInOneLine) {
  EXPECT_EQ(inserted("a: 1\nroutes: [/a]\n"),
            "2: expected the routes as a list with one item a line, found \"[/a]\"");
}

// As print_file() writes it where no route could be imported.
TEST(ListingYaml, FillsAnEmptyList) {
  const std::string items = "  - dialect: go\n    routes:\n      - '/new'\n";
  EXPECT_EQ(inserted("routes: []\n  # Not imported\nworkers: 2\n"),
            "routes:\n" + items + "  # Not imported\nworkers: 2\n");
  EXPECT_EQ(inserted("routes: []  # none\n"), "routes:  # none\n" + items);
  EXPECT_EQ(inserted("routes: ~"), "routes:\n" + items);
  EXPECT_EQ(inserted("\"routes\": null\n"), "\"routes\":\n" + items);
}

TEST(ListingYaml, ChangesNothingWithoutAnEntry) {
  const auto text = insert_items("routes: [/a]", {});
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(*text, "routes: [/a]");
}

}  // namespace
}  // namespace wayside::listing
