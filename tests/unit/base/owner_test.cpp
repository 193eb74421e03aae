#include "wayside/base/owner.hpp"

#include <gtest/gtest.h>

namespace wayside {
namespace {

TEST(FindOwner, TakesNamesAndNumbers) {
  EXPECT_EQ(*find_owner(""), Owner{});
  EXPECT_EQ(*find_owner("root"), (Owner{0, std::nullopt}));
  EXPECT_EQ(*find_owner("root:root"), (Owner{0, 0}));
  EXPECT_EQ(*find_owner(":root"), (Owner{std::nullopt, 0}));
  EXPECT_EQ(*find_owner("4242:4343"), (Owner{4242, 4343}));
}

TEST(FindOwner, NamesWhatDoesNotExist) {
  EXPECT_EQ(find_owner("no-such-user").error(), R"(no user "no-such-user")");
  EXPECT_EQ(find_owner("root:no-such-group").error(), R"(no group "no-such-group")");
  EXPECT_EQ(find_owner("-1").error(), R"(no user "-1")");
}

}  // namespace
}  // namespace wayside
