#include "metrics/label_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::metrics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using LabelPairs = std::vector<std::pair<std::string, std::string>>;

LabelPairs labels_in(const std::string& text) {
  LabelPairs labels;
  for_each_label(text, [&](std::string_view name, std::string_view value) {
    labels.emplace_back(name, unescaped_label_value(value));
  });
  return labels;
}

TEST(LabelSet, IsTextInTheOrderOfTheNames) {
  EXPECT_EQ(LabelSet().text(), " ");
  EXPECT_EQ(LabelSet().add("b", "2").add("a", "\"").text(), "{a=\"\\\"\",b=\"2\"} ");
}

TEST(LabelSet, IsReadBackFromItsText) {
  EXPECT_THAT(labels_in(LabelSet().text()), IsEmpty());
  EXPECT_THAT(labels_in(LabelSet().add("only", "").text()), ElementsAre(Pair("only", "")));
  const std::string hostile = "\\\",=}{\n\\n\"} ";
  EXPECT_THAT(labels_in(LabelSet().add("z", hostile).add("a", "1").add("m", "\\").text()),
              ElementsAre(Pair("a", "1"), Pair("m", "\\"), Pair("z", hostile)));
}

}  // namespace
}  // namespace wayside::metrics
