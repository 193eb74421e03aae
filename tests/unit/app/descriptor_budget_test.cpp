#include "app/descriptor_budget.hpp"

#include <gtest/gtest.h>

namespace wayside::app {
namespace {

std::size_t total(const DescriptorBudget& budget) {
  return budget.clients + budget.backends + 2 * budget.pipes + budget.metrics + budget.reserve;
}

TEST(DescriptorBudget, LeavesAQuarterToTheBackend) {
  for (const std::size_t limit : {128U, 1024U, 1'048'576U}) {
    const auto budget = share_descriptors(limit, {});
    ASSERT_TRUE(budget) << limit;
    EXPECT_LE(total(*budget), limit);
    EXPECT_GE(budget->backends, limit / 8);
    EXPECT_GE(budget->clients, 3 * budget->backends);
  }
}

TEST(DescriptorBudget, GivesClientsWhatTheBackendMayNotHave) {
  config::Settings settings;
  settings.backend_limits.max_connections = 10;
  const auto budget = share_descriptors(1024, settings);
  ASSERT_TRUE(budget);
  EXPECT_EQ(budget->backends, 10U);
  EXPECT_EQ(total(*budget), 1024U);
}

TEST(DescriptorBudget, GivesNoMoreThanIsWanted) {
  config::Settings settings;
  settings.max_connections = 100;
  EXPECT_EQ(share_descriptors(1024, settings)->clients, 100U);
  EXPECT_GE(share_descriptors(1024, settings)->backends, 500U) << "the rest is the backend's";
  settings.max_connections = 100'000;
  EXPECT_LT(share_descriptors(1024, settings)->clients, 1024U);
}

TEST(DescriptorBudget, KeepsOneMoreForTheFileOfAUnixSocket) {
  config::Settings settings;
  const std::size_t least = share_descriptors(1024, settings)->reserve;
  settings.listen.front().address = {{}, 0, "/run/wayside.sock"};
  EXPECT_EQ(share_descriptors(1024, settings)->reserve, least + 1);
  settings.metrics_listen.push_back({{{}, 0, "/run/metrics.sock"}});
  EXPECT_EQ(share_descriptors(1024, settings)->reserve, least + 3);
}

TEST(DescriptorBudget, CountsInheritedSocketsInPlaceOfItsOwn) {
  config::Settings settings;
  settings.workers = 4;
  settings.listen.front().address = {{}, 0, "/run/wayside.sock"};
  const std::size_t own = share_descriptors(1024, settings)->reserve;
  InheritedSockets inherited;
  inherited.clients.resize(1);
  EXPECT_EQ(share_descriptors(1024, settings, inherited)->reserve, own - 1) << "the file is the manager's";
  inherited.clients.resize(3);
  EXPECT_EQ(share_descriptors(1024, settings, inherited)->reserve, own - 1 + 2 * 4);
  inherited.metrics.resize(2);
  EXPECT_EQ(share_descriptors(1024, settings, inherited)->reserve, own - 1 + 2 * 4 + 1);
}

TEST(DescriptorBudget, KeepsSomeForTheHealthCheckAndTheServiceManager) {
  config::Settings settings;
  const std::size_t least = share_descriptors(1024, settings)->reserve;
  EXPECT_EQ(share_descriptors(1024, settings, {}, {.socket = "/run/notify"})->reserve, least + 1);
  settings.health.path = "/healthz";
  EXPECT_EQ(share_descriptors(1024, settings)->reserve, least + 4);
}

TEST(DescriptorBudget, NeedsAFewOfThem) {
  EXPECT_FALSE(share_descriptors(20, {}));
  config::Settings settings;
  settings.workers = 64;
  EXPECT_FALSE(share_descriptors(128, settings));
}

}  // namespace
}  // namespace wayside::app
