#include "openapi/outline.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::openapi {
namespace {

// The node in flow style, sizes and order as they are.
std::string flow(const Node& node, int depth = 0) {
  if (depth > 6) return "…";
  std::string text;
  switch (node.kind()) {
    case NodeKind::kNothing:
      return "~";
    case NodeKind::kScalar:
      return std::string(node.text());
    case NodeKind::kList:
      for (Node item = node.first(); item; item = item.next())
        text += (text.empty() ? "" : ", ") + flow(item, depth + 1);
      return "[" + text + "]";
    case NodeKind::kMapping:
      for (Node key = node.first(); key; key = key.next().next())
        text += (text.empty() ? "" : ", ") + flow(key, depth + 1) + ": " + flow(key.next(), depth + 1);
      return "{" + text + "}";
  }
  return {};
}

std::string outline_of(const std::string& text) {
  const auto outline = Outline::read(text);
  return outline.has_error() ? outline.error().message : flow(outline->root());
}

TEST(Outline, KeepsThatWhichTellsRoutes) {
  EXPECT_EQ(outline_of(R"(openapi: 3.0.0
info: {title: Shop, x: [1, 2, {paths: 1}]}
servers: [{url: /v1, variables: {get: {enum: [1, 2]}}}]
paths:
  x-note: {get: {}}
  /a:
    summary: A
    parameters: [{get: 1}]
    get: {responses: {200: {}}, servers: [{url: /s}], tags: [a]}
    $ref: other
  /b: ~
  [c]: {}
components: {schemas: {get: {}}}
)"),
            "{openapi: 3.0.0, servers: [{url: /v1, variables: {get: {enum: [1, 2]}}}], "
            "paths: {/a: {get: {servers: [{url: /s}]}}, /b: ~, [c]: {}}}");
  EXPECT_EQ(outline_of(""), "~");
  EXPECT_EQ(outline_of("[a, {b: c}]"), "[]");
}

TEST(Outline, KeepsAllOfANodeWithAnAnchor) {
  EXPECT_EQ(outline_of("x: {y: &a {summary: {deep: 1}}}\npaths: {/a: *a, /b: &b {tags: [1]}, /c: *b}\n"),
            "{paths: {/a: {summary: {deep: 1}}, /b: {tags: [1]}, /c: {tags: [1]}}}");
  EXPECT_EQ(outline_of("paths: &p {/a: {get: {servers: *p}}}"),
            "{paths: {/a: {get: {servers: {/a: {get: {…: …}}}}}}}");
}

TEST(Outline, FindsValuesAndPlaces) {
  const std::string text = "openapi: 3.0.0\npaths:\n  /\xC3\xBC: {get: 1}\n  /b: {}\n  /b: []\n";
  const auto outline = Outline::read(text);
  ASSERT_TRUE(outline.has_value());
  const Node paths = outline->root().find("paths");
  EXPECT_EQ(paths.size(), 6U);
  EXPECT_TRUE(paths.find("/b").is_mapping()) << "the first of two";
  EXPECT_FALSE(paths.find("/c"));
  EXPECT_FALSE(paths.find("/c").find("/d"));
  EXPECT_EQ(paths.first().line(), 3U);
  EXPECT_EQ(paths.first().next().find("get").place(), (Place{3, 14}));
}

}  // namespace
}  // namespace wayside::openapi
