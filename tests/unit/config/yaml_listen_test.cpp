#include "config/yaml_listen.hpp"

#include "unit/config/yaml_test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const ListenSpec kTcp{{"0.0.0.0", 80, {}}};
const ListenSpec kUnix{{{}, 0, "/run/w.sock"}};

TEST(YamlListen, IsAnAddress) {
  EXPECT_THAT(read("listen: :80").listen, ElementsAre(kTcp));
  EXPECT_THAT(read("listen: unix:/run/w.sock").listen, ElementsAre(kUnix));
  EXPECT_THAT(read("metrics: {listen: unix:/run/w.sock}").metrics_listen, ElementsAre(kUnix));
}

TEST(YamlListen, IsAMapping) {
  EXPECT_THAT(read("listen: {address: :80}").listen, ElementsAre(kTcp));
  EXPECT_THAT(read(R"(listen: {address: unix:/run/w.sock, mode: "0660", owner: www-data})").listen,
              ElementsAre(ListenSpec{kUnix.address, 0660, "www-data"}));
  EXPECT_THAT(read("listen: {address: unix:/run/w.sock, mode: 660}").listen,
              ElementsAre(ListenSpec{kUnix.address, 0660}))
      << "as chmod(1) takes it";
}

TEST(YamlListen, IsAList) {
  EXPECT_THAT(read("listen: [:80, {address: unix:/run/w.sock}]").listen, ElementsAre(kTcp, kUnix));
  EXPECT_THAT(read("listen:\n  - :80\n  - address: unix:/run/w.sock\n    owner: :1000").listen,
              ElementsAre(kTcp, ListenSpec{kUnix.address, {}, ":1000"}));
}

TEST(YamlListen, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"listen: here", R"(f.yaml:1: listen: expected host:port or unix:/path, found "here")"},
      {"listen: []", "f.yaml:1: listen: expected an address, found an empty list"},
      {"listen: [[]]",
       "f.yaml:1: listen[0]: expected host:port or unix:/path, or a mapping with address, found a list"},
      {"listen: {mode: 660}", "f.yaml:1: listen: expected an address, found none"},
      {"listen: {address: unix:/x, mode: 980}",
       R"(f.yaml:1: listen.mode: expected permission bits in octal, as in 0660, found "980")"},
      {"listen: {address: unix:/x, mode: 7777}",
       R"(f.yaml:1: listen.mode: expected permission bits in octal, as in 0660, found "7777")"},
      {"listen: {address: unix:/x, owner: 'a:'}",
       R"(f.yaml:1: listen.owner: expected user, user:group or :group, found "a:")"},
      {"listen: {address: :80, mode: 660}",
       "f.yaml:1: listen: expected mode and owner for unix:/path alone, found them for 0.0.0.0:80"},
  };
  for (const auto& [text, mistake] : cases)
    EXPECT_THAT(mistakes_of(text), ElementsAre(mistake)) << text;
}

}  // namespace
}  // namespace wayside::config
