#include "metrics/series_budget.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wayside::metrics {
namespace {

using Account = SeriesBudget::Account;

TEST(SeriesBudget, KeepsWhatIsGuaranteedForItsAccountAlone) {
  SeriesBudget budget(100);
  Account route(10, 0);
  Account other(0, 0);
  budget.open(route);
  EXPECT_FALSE(budget.take(other, 91, false));
  EXPECT_TRUE(budget.take(other, 90, false));
  EXPECT_FALSE(budget.take(route, 1, false)) << "the guarantee is for something else";
  EXPECT_TRUE(budget.take(route, 10, true));
  EXPECT_FALSE(budget.take(route, 1, true));
  EXPECT_EQ(budget.taken(), 100U);
}

TEST(SeriesBudget, HoldsWhatIsLeftOfTheGuarantee) {
  SeriesBudget budget(100);
  Account route(10, 0);
  budget.open(route);
  EXPECT_TRUE(SeriesBudget::holds(route, 10));
  ASSERT_TRUE(budget.take(route, 8, true));
  EXPECT_TRUE(SeriesBudget::holds(route, 2));
  EXPECT_FALSE(SeriesBudget::holds(route, 3));
}

TEST(SeriesBudget, KeepsAllowancesFromThoseWithout) {
  SeriesBudget budget(100);
  Account route(0, 30);
  Account other(0, 0);
  budget.open(route);
  EXPECT_TRUE(budget.has_room_for(70));
  EXPECT_FALSE(budget.has_room_for(71));
  EXPECT_FALSE(budget.take(other, 71, false));
  EXPECT_TRUE(budget.take(route, 20, false));
  EXPECT_TRUE(budget.take(other, 70, false));
  EXPECT_TRUE(budget.take(route, 10, false));
}

TEST(SeriesBudget, LetsAnAccountTakeMoreThanItsAllowanceOnlyOfWhatIsNobodys) {
  SeriesBudget budget(100);
  Account greedy(0, 10);
  Account modest(0, 40);
  budget.open(greedy);
  budget.open(modest);
  EXPECT_FALSE(budget.take(greedy, 61, false));
  EXPECT_TRUE(budget.take(greedy, 60, false));
  EXPECT_TRUE(budget.take(modest, 40, false));
}

TEST(SeriesBudget, SharesWhatAccountsLeaveUnused) {
  SeriesBudget budget(100);
  std::vector<Account> routes(50, Account(0, 40));
  for (Account& route : routes)
    budget.open(route);
  for (Account& route : routes)
    EXPECT_TRUE(budget.take(route, 2, false));
  EXPECT_FALSE(budget.take(routes.front(), 1, false));
}

TEST(SeriesBudget, KeepsBackAtMostHalfForAllowances) {
  SeriesBudget budget(100);
  Account route(0, 1'000);
  budget.open(route);
  EXPECT_TRUE(budget.has_room_for(50));
  EXPECT_FALSE(budget.has_room_for(51));
}

TEST(SeriesBudget, TakesBackWhatAClosedAccountLeftUnused) {
  SeriesBudget budget(100);
  Account gone(60, 40);
  Account next(60, 0);
  budget.open(gone);
  EXPECT_TRUE(budget.take(gone, 20, true));
  budget.open(next);
  EXPECT_EQ(SeriesBudget::lacking(next), 20U);
  budget.close(gone);
  budget.open(next);
  EXPECT_EQ(SeriesBudget::lacking(next), 0U);
  EXPECT_TRUE(budget.has_room_for(20));
  EXPECT_FALSE(budget.has_room_for(21));
}

}  // namespace
}  // namespace wayside::metrics
