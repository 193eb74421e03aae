#include "admin/page_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace wayside::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string source_of(const PageFile& file) {
  std::ifstream stream(WAYSIDE_SOURCE_DIR "/src/admin/page/" + std::string(file.name), std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(PageFiles, HoldTheFilesOfTheSourceTree) {
  ASSERT_FALSE(page_files().empty());
  for (const PageFile& file : page_files())
    EXPECT_EQ(file.bytes, source_of(file)) << file.name;
}

TEST(PageFiles, AreFoundByPath) {
  ASSERT_NE(page_file("/"), nullptr);
  EXPECT_EQ(page_file("/")->name, "index.html");
  ASSERT_NE(page_file("/page/main.js"), nullptr);
  EXPECT_EQ(page_file("/page/main.js")->name, "main.js");
  for (const std::string_view path : {"", "/page", "/page/", "/main.js", "/page/../main.js", "/page/none"})
    EXPECT_EQ(page_file(path), nullptr) << path;
}

TEST(PageFiles, HaveATypeEach) {
  EXPECT_EQ(content_type(*page_file("/")), "text/html; charset=utf-8");
  EXPECT_EQ(content_type(*page_file("/page/style.css")), "text/css; charset=utf-8");
  EXPECT_EQ(content_type(*page_file("/page/main.js")), "text/javascript; charset=utf-8");
  EXPECT_EQ(content_type(*page_file("/page/icon.svg")), "image/svg+xml");
}

TEST(PageFiles, AreKnownByTheirEtag) {
  std::set<std::string_view> etags;
  for (const PageFile& file : page_files())
    EXPECT_TRUE(etags.insert(file.etag).second) << file.name;
  const PageFile& file = *page_file("/");
  EXPECT_THAT(std::string(file.etag), testing::MatchesRegex("W/\"[0-9a-f]{16}\""));
  EXPECT_TRUE(client_has(file, file.etag));
  EXPECT_TRUE(client_has(file, file.etag.substr(2))) << "the comparison is weak";
  EXPECT_TRUE(client_has(file, "\"x\", " + std::string(file.etag)));
  EXPECT_TRUE(client_has(file, "*"));
  EXPECT_FALSE(client_has(file, ""));
  EXPECT_FALSE(client_has(file, "\"x\""));
  EXPECT_FALSE(client_has(file, page_file("/page/main.js")->etag));
}

// The policy allows none of these, so a page with one would not work.
TEST(PageFiles, HaveNothingInline) {
  const std::string html(page_file("/")->bytes);
  for (const char* part : {"<style", "style=", "onclick=", "javascript:", "http://", "https://"})
    EXPECT_THAT(html, Not(HasSubstr(part)));
}

TEST(PageFiles, WriteNoMarkup) {
  for (const PageFile& file : page_files()) {
    for (const char* part : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("})
      EXPECT_THAT(std::string(file.bytes), Not(HasSubstr(part))) << file.name;
  }
}

}  // namespace
}  // namespace wayside::admin
