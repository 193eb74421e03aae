#include "wayside/metrics/family_slot.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wayside::metrics {
namespace {

using enum FamilyType;

// The functions behind the constructors that do not compile for a wrong name.
static_assert(find_fixed_value("wayside_backend_retries_total", "", Scope::kWorker, kCounter).has_value());
static_assert(!find_fixed_value("wayside_no_such_family", "", Scope::kWorker, kCounter));
static_assert(!find_fixed_value("wayside_backend_retries_total", "", Scope::kWorker, kGauge), "the type");
static_assert(!find_fixed_value("http_request_bytes_total", "", Scope::kWorker, kCounter), "the scope");
static_assert(!find_fixed_value("wayside_overhead_seconds", "", Scope::kWorker, kHistogram),
              "no fixed value");
static_assert(!find_fixed_value("wayside_backend_connections", "", Scope::kWorker, kGauge), "no label value");
static_assert(!find_fixed_value("wayside_backend_connections", "busy", Scope::kWorker, kGauge));
static_assert(!find_fixed_value("wayside_backend_retries_total", "idle", Scope::kWorker, kCounter));
static_assert(!find_fixed_value("wayside_backend_errors_total", "", Scope::kWorker, kCounter), "listed");

TEST(FamilySlot, FixedValuesFillTheBeginningOfTheirBlock) {
  for (const Scope block : {Scope::kMethod, Scope::kStatus, Scope::kStream, Scope::kWorker}) {
    std::set<std::size_t> offsets;
    for (FamilyId id = 0; id < kFamilyCount; ++id) {
      if (block_of(kFamilies[id]) != block) continue;
      for (std::size_t i = 0; i < fixed_value_count(kFamilies[id]); ++i)
        EXPECT_TRUE(offsets.insert(fixed_offset(id) + i).second) << "two values in one place";
    }
    ASSERT_FALSE(offsets.empty());
    EXPECT_EQ(*offsets.rbegin() + 1, offsets.size());
    EXPECT_EQ(offsets.size(), sum_before(kFamilyCount, block, fixed_value_count));
  }
}

TEST(FamilySlot, LabelValuesOfAFamilyStandInTheOrderOfTheTable) {
  constexpr WorkerGauge kActive("wayside_backend_connections", "active");
  constexpr WorkerGauge kIdle("wayside_backend_connections", "idle");
  EXPECT_EQ(kIdle, kActive + 1);
}

TEST(FamilySlot, FindsAFamilyByItsNameUnderAnyNaming) {
  EXPECT_EQ(find_family("http_requests_in_flight"), find_family("http_server_active_requests"));
  EXPECT_EQ(find_family("flask_request_count"), find_family("http_requests_total"));
  EXPECT_EQ(find_family(""), std::nullopt);
}

}  // namespace
}  // namespace wayside::metrics
