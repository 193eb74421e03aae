// The labels of a series as text, in ascending order of their names: `{endpoint="/",method="GET"} `.
#pragma once

#include "metrics/label_value.hpp"

#include <algorithm>
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

}  // namespace wayside::metrics
