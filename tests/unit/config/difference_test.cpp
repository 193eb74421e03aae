#include "wayside/config/difference.hpp"

#include "unit/config/yaml_test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Difference, NamesTheKeysInTheOrderOfTheTable) {
  EXPECT_THAT(keys_that_need_restart(read("workers: 1"), read("workers: 1")), IsEmpty());
  EXPECT_THAT(keys_that_need_restart(
                  read("via: on\nlisten: :1"),
                  read("workers: 2\nmetrics: {naming: otel}\nlisten: [:1, :2]\ntimeouts: {drain: 1s}")),
              ElementsAre("listen", "metrics.naming", "workers", "timeouts.drain", "via"));
}

TEST(Difference, LeavesOutWhatAReloadPutsInForce) {
  EXPECT_THAT(
      keys_that_need_restart(read(""), read("routes: [/a]\n"
                                            "openapi: api.yaml\n"
                                            "unmatched: path\n"
                                            "dialect: flask\n"
                                            "trailing_slash: strict\n"
                                            "ignore_case: true\n"
                                            "metrics: {web_config: web.yaml, probes: open}\n"
                                            "limits: {routes: 7, openapi_size: 1MiB, route_memory: 1MiB}\n")),
      IsEmpty());
}

}  // namespace
}  // namespace wayside::config
