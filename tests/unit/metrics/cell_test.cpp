#include "metrics/cell.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace wayside::metrics {
namespace {

std::map<unsigned, std::uint64_t> statuses_of(const Cell& cell) {
  std::map<unsigned, std::uint64_t> counts;
  cell.for_each_status([&](unsigned status, std::uint64_t count) {
    EXPECT_TRUE(counts.emplace(status, count).second) << status << " is there twice";
  });
  return counts;
}

TEST(Cell, HasNoStatusBeforeItsFirstUse) {
  const Buckets buckets;
  const Cell cell(buckets);
  EXPECT_TRUE(statuses_of(cell).empty());
}

TEST(Cell, CountsEachStatusOnItsOwn) {
  const Buckets buckets;
  Cell cell(buckets);
  for (const unsigned status : {200U, 200U, 404U, 200U, 999U, 404U, 100U})
    cell.count(status);
  EXPECT_THAT(statuses_of(cell), testing::ElementsAre(testing::Pair(100, 1), testing::Pair(200, 3),
                                                      testing::Pair(404, 2), testing::Pair(999, 1)));
}

TEST(Cell, HoldsEveryStatusThereIs) {
  const Buckets buckets;
  Cell cell(buckets);
  for (int round = 0; round < 2; ++round) {
    for (unsigned status = 100; status <= 999; ++status)
      cell.count(status);
  }
  const auto counts = statuses_of(cell);
  EXPECT_EQ(counts.size(), 900U);
  for (const auto& [status, count] : counts)
    EXPECT_EQ(count, 2U) << status;
}

}  // namespace
}  // namespace wayside::metrics
