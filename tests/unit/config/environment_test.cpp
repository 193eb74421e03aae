#include "config/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Environment, FindsEverySettingWithAFlag) {
  const std::vector<const Setting*> known = settings_with_flag();
  std::vector<std::string> entries;
  for (const Setting* setting : known)
    entries.push_back(variable_of(*setting) + "=a=b");
  std::vector<const char*> pointers;
  for (const std::string& entry : entries)
    pointers.push_back(entry.c_str());

  std::vector<std::string> errors;
  const std::vector<GivenValue> given = read_environment(pointers, errors);
  EXPECT_THAT(errors, IsEmpty());
  ASSERT_EQ(given.size(), known.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    EXPECT_EQ(given[i].setting, known[i]);
    EXPECT_EQ(given[i].source, variable_of(*known[i]));
    EXPECT_THAT(given[i].texts, ElementsAre("a=b"));
  }
}

TEST(Environment, PassesOverWhatIsNotItsOwn) {
  const std::vector<const char*> entries = {"PATH=/bin", "WAYSIDER=1", "wayside_listen=x",
                                            "=",         "",           "LISTEN=x"};
  std::vector<std::string> errors;
  EXPECT_TRUE(read_environment(entries, errors).empty());
  EXPECT_THAT(errors, IsEmpty());
}

TEST(Environment, RejectsUnknownNamesOfItsOwn) {
  const std::vector<const char*> entries = {
      "WAYSIDE_LISTN=:80", "WAYSIDE_PORTS=1", "WAYSIDE_",
      // Nearly as Kubernetes has them.
      "WAYSIDE_PORT_X_TCP=1", "WAYSIDE_PORT__TCP=1", "WAYSIDE_PORT_80_ICMP=1", "WAYSIDE_PORT_80_TCP_HOST=1",
      "WAYSIDE_SERVICE_NAME=1", "WAYSIDE_service_SERVICE_HOST=1", "WAYSIDE_SERVICE_PORT_=1"};
  std::vector<std::string> errors;
  EXPECT_TRUE(read_environment(entries, errors).empty());
  ASSERT_EQ(errors.size(), entries.size());
  EXPECT_EQ(
      errors[0],
      R"(WAYSIDE_LISTN: expected a known variable (did you mean WAYSIDE_LISTEN?), found "WAYSIDE_LISTN")");
  EXPECT_TRUE(errors[1].starts_with("WAYSIDE_PORTS: expected ")) << errors[1];
}

// What a pod finds in its environment beside services called "wayside" and "wayside-metrics".
TEST(Environment, PassesOverWhatKubernetesSets) {
  const std::vector<const char*> entries = {
      "WAYSIDE_SERVICE_HOST=10.0.0.1",
      "WAYSIDE_SERVICE_PORT=8080",
      "WAYSIDE_SERVICE_PORT_HTTP=8080",
      "WAYSIDE_PORT=tcp://10.0.0.1:8080",
      "WAYSIDE_PORT_8080_TCP=tcp://10.0.0.1:8080",
      "WAYSIDE_PORT_8080_TCP_PROTO=tcp",
      "WAYSIDE_PORT_8080_TCP_PORT=8080",
      "WAYSIDE_PORT_8080_TCP_ADDR=10.0.0.1",
      "WAYSIDE_PORT_53_UDP=udp://10.0.0.1:53",
      "WAYSIDE_PORT_53_SCTP_PORT=53",
      "WAYSIDE_METRICS_SERVICE_HOST=10.0.0.2",
      "WAYSIDE_METRICS_V2_PORT=tcp://10.0.0.2:10180",
      "WAYSIDE_METRICS_PORT_10180_TCP_ADDR=10.0.0.2",
  };
  std::vector<std::string> errors;
  EXPECT_TRUE(read_environment(entries, errors).empty());
  EXPECT_THAT(errors, IsEmpty());
}

}  // namespace
}  // namespace wayside::config
