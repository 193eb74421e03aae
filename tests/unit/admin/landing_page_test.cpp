#include "admin/landing_page.hpp"

#include "unit/admin/admin_test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::admin {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(LandingPage, LinksEveryPageAndNamesTheAddresses) {
  Fixture fixture;
  const std::string html = landing_page(fixture.pages());
  EXPECT_THAT(html, StartsWith("<!DOCTYPE html>\n"));
  for (const char* path : {"/metrics", "/-/healthy", "/-/ready"}) {
    EXPECT_THAT(html, HasSubstr(std::string("<a href=\"") + path + "\">"));
  }
  EXPECT_THAT(html, HasSubstr("<dd>1.2.3</dd>"));
  EXPECT_THAT(html, HasSubstr("<dd>0.0.0.0:8080</dd>"));
}

TEST(LandingPage, EscapesWhatItIsGiven) {
  Fixture fixture;
  const std::string html = landing_page(fixture.pages());
  EXPECT_THAT(html, HasSubstr("<dd>http://app:5000/&lt;b&gt;&amp;&quot;</dd>"));
}

TEST(LandingPage, SuggestsCatchAllsToCopy) {
  Fixture fixture;
  EXPECT_THAT(landing_page(fixture.pages()), Not(HasSubstr("<pre>")));
  routes::RouteSpec spec;
  spec.path = "/files/<p>";
  fixture.show_route(spec);
  fixture.inspector.unmatched(0).saw("/files/a/b/c", Method::get, Clock::now());
  const std::string html = landing_page(fixture.pages());
  EXPECT_THAT(html, HasSubstr("<pre>routes:\n  - /files/&lt;path:p&gt;\n</pre>"));
  EXPECT_THAT(html, testing::EndsWith("</body>\n</html>\n"));
}

TEST(LandingPage, LoadsNothingElse) {
  Fixture fixture;
  const std::string html = landing_page(fixture.pages());
  for (const char* word : {"src=", "<script", "<link", "@import", "url("}) {
    EXPECT_THAT(html, Not(HasSubstr(word)));
  }
}

}  // namespace
}  // namespace wayside::admin
