#include "openapi/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wayside::openapi {
namespace {

using testing::ElementsAre;

// "[", "{", "]", "=text", "=", "*alias", with "&anchor" before them.
std::vector<std::string> events_of(std::string_view text) {
  Input input(text);
  Events events(input);
  std::vector<std::string> all;
  for (;;) {
    const auto event = events.next();
    if (event.has_error()) {
      all.push_back(event.error().message);
      return all;
    }
    const std::string anchor = event->anchor.empty() ? "" : "&" + std::string(event->anchor);
    switch (event->kind) {
      case EventKind::kScalar:
        all.push_back(anchor + (event->is_null ? "~" : "=" + std::string(event->text)));
        break;
      case EventKind::kAlias:
        all.push_back("*" + std::string(event->anchor));
        break;
      case EventKind::kList:
        all.push_back(anchor + "[");
        break;
      case EventKind::kMapping:
        all.push_back(anchor + "{");
        break;
      case EventKind::kEndOfNode:
        all.emplace_back("]");
        break;
      case EventKind::kEnd:
        return all;
    }
  }
}

TEST(Events, AreThoseOfTheFirstDocument) {
  EXPECT_THAT(events_of("a: &x [1, 'null', null, ~]\n? *x\n: {}\n---\nb: 1\n"),
              ElementsAre("{", "=a", "&x[", "=1", "=null", "~", "~", "]", "*x", "{", "]", "]"));
  EXPECT_THAT(events_of(R"({"a":"\ud83d\ude00\/","b":""})"),
              ElementsAre("{", "=a", "=\xF0\x9F\x98\x80/", "=b", "=", "]"));
  EXPECT_THAT(events_of(""), ElementsAre());
}

TEST(Events, EndWithTheMistake) {
  EXPECT_THAT(events_of("[1}"), ElementsAre("[", "=1",
                                            "expected valid YAML or JSON, found a mistake: did not find "
                                            "expected ',' or ']', while parsing a flow sequence that begins "
                                            "at 1:1"));
  EXPECT_THAT(events_of("a\x01"),
              ElementsAre("expected valid YAML or JSON, found a mistake: control characters are "
                          "not allowed"));
}

}  // namespace
}  // namespace wayside::openapi
