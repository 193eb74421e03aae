#include "config/places.hpp"

#include <gtest/gtest.h>

namespace wayside::config {
namespace {

TEST(Places, NameTheKeyOfADefault) {
  const Places places;
  EXPECT_EQ(places.of("metrics.listen"), "metrics.listen");
  EXPECT_EQ(places.mention("metrics.listen"), "metrics.listen");
}

TEST(Places, NameTheLineOfTheFile) {
  Places places;
  places.set_line("backend.url", "w.yaml", 3, "backend");
  EXPECT_EQ(places.of("backend.url"), "w.yaml:3: backend");
  EXPECT_EQ(places.mention("backend.url"), "backend (line 3)");
}

TEST(Places, NameTheValueForAPartWithoutAPlace) {
  Places places;
  places.set_line("listen", "w.yaml", 1, "listen");
  places.set_line("listen[1]", "w.yaml", 2, "listen[1]");
  EXPECT_EQ(places.of("listen[1]"), "w.yaml:2: listen[1]");
  EXPECT_EQ(places.of("listen[0]"), "w.yaml:1: listen");
}

TEST(Places, NameTheSourceThatOverridesTheFile) {
  Places places;
  places.set_line("listen", "w.yaml", 1, "listen");
  places.set_line("listen[1]", "w.yaml", 2, "listen[1]");
  places.set_line("listener", "w.yaml", 3, "listener");
  places.set_source("listen", "WAYSIDE_LISTEN");
  places.set_source("listen", "--listen");
  EXPECT_EQ(places.of("listen[1]"), "--listen");
  EXPECT_EQ(places.mention("listen"), "--listen");
  EXPECT_EQ(places.of("listener"), "w.yaml:3: listener");
}

}  // namespace
}  // namespace wayside::config
