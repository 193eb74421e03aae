#include "admin/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::admin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Query, FindsEveryName) {
  EXPECT_THAT(wanted_names("/metrics?name[]=a_total&name[]=b"), ElementsAre("a_total", "b"));
  EXPECT_THAT(wanted_names("/metrics?x=1&name%5B%5D=a%5ftotal&&name[]="), ElementsAre("a_total", ""));
  EXPECT_THAT(wanted_names("http://host/metrics?name[]=a+b"), ElementsAre("a b"));
}

TEST(Query, PassesOverEverythingElse) {
  EXPECT_THAT(wanted_names("/metrics"), IsEmpty());
  EXPECT_THAT(wanted_names("/metrics?"), IsEmpty());
  EXPECT_THAT(wanted_names("/metrics?name=a&name[]&xname[]=b"), IsEmpty());
  EXPECT_THAT(wanted_names("/metrics#?name[]=a"), IsEmpty());
}

TEST(Query, LeavesWhatIsNotPercentEncoded) {
  EXPECT_THAT(wanted_names("/?name[]=%&name[]=%4&name[]=%zz&name[]=%+1"),
              ElementsAre("%", "%4", "%zz", "% 1"));
}

TEST(Query, FindsAValueByItsName) {
  EXPECT_EQ(query_value("/x?a=1&b=%2Fusers%2F%7Bid%7D+x&b=2#c=3", "b"), "/users/{id} x");
  EXPECT_EQ(query_value("/x?a=1", "b"), std::nullopt);
  EXPECT_EQ(query_value("/x?b", "b"), std::nullopt);
  EXPECT_EQ(query_value("/x?b=", "b"), "");
  EXPECT_EQ(query_value("/x?a=1#b=2", "b"), std::nullopt);
  EXPECT_EQ(query_value("/x?%62=1", "b"), "1");
}

}  // namespace
}  // namespace wayside::admin
