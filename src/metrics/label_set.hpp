// The labels of a series as text, in ascending order of their names: `{endpoint="/",method="GET"} `.
#pragma once

#include "metrics/label_value.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::metrics {

// The text around the value of `le` in the line of a bucket, and the labels in the other lines of a
// histogram.
struct HistogramLabels {
  std::string before_bound;  // `{endpoint="/",le="`
  std::string after_bound;   // `",method="GET"} `
  std::string labels;        // `{endpoint="/",method="GET"} `
};

class LabelSet {
 public:
  // `value` is valid UTF-8.
  LabelSet& add(std::string_view name, std::string_view value) {
    const auto place = std::ranges::lower_bound(labels_, name, {}, &Label::first);
    labels_.emplace(place, name, escaped_label_value(value));
    return *this;
  }

  // The text between the name of a sample and its value.
  std::string text() const {
    if (labels_.empty()) return " ";
    return "{" + joined(labels_.begin(), labels_.end()) + "} ";
  }

  HistogramLabels around_bound() const {
    const auto bound = std::ranges::lower_bound(labels_, "le", {}, &Label::first);
    HistogramLabels texts;
    texts.before_bound =
        "{" + joined(labels_.begin(), bound) + (bound == labels_.begin() ? "" : ",") + "le=\"";
    texts.after_bound =
        std::string("\"") + (bound == labels_.end() ? "" : ",") + joined(bound, labels_.end()) + "} ";
    texts.labels = text();
    return texts;
  }

 private:
  using Label = std::pair<std::string, std::string>;  // its name and its escaped value

  static std::string joined(std::vector<Label>::const_iterator from, std::vector<Label>::const_iterator to) {
    std::string text;
    for (; from != to; ++from) {
      if (!text.empty()) text += ',';
      text.append(from->first).append("=\"").append(from->second).append("\"");
    }
    return text;
  }

  std::vector<Label> labels_;  // ascending
};

// Calls `visit` with the name and the escaped value of each label in a LabelSet::text(), in their order.
template <class Visitor>
void for_each_label(std::string_view text, Visitor&& visit) {
  while (text.size() > 1 && text[0] != '}') {
    text.remove_prefix(1);  // the brace or the comma
    const std::size_t end_of_name = text.find('=');
    const std::string_view name = text.substr(0, end_of_name);
    text.remove_prefix(end_of_name + 2);
    std::size_t end_of_value = 0;
    while (text[end_of_value] != '"')
      end_of_value += text[end_of_value] == '\\' ? 2U : 1U;
    visit(name, text.substr(0, end_of_value));
    text.remove_prefix(end_of_value + 1);
  }
}

}  // namespace wayside::metrics
