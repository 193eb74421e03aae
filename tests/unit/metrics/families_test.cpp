#include "wayside/metrics/families.hpp"

#include "wayside/metrics/family_slot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace wayside::metrics {
namespace {

using testing::ElementsAreArray;

// A family as a row of docs/metrics.md has it.
struct Row {
  std::vector<std::string> names;
  std::string type;
  std::set<std::string> labels;

  friend bool operator==(const Row&, const Row&) = default;
  friend void PrintTo(const Row& row, std::ostream* out) {
    *out << testing::PrintToString(row.names) << " " << row.type << " " << testing::PrintToString(row.labels);
  }
};

std::string read_page() {
  std::ostringstream text;
  text << std::ifstream(WAYSIDE_SOURCE_DIR "/docs/metrics.md").rdbuf();
  return text.str();
}

std::vector<std::string> quoted_words(const std::string& cell) {
  static const std::regex kQuoted("`([a-z_]+)`");
  std::vector<std::string> words;
  for (std::sregex_iterator each(cell.begin(), cell.end(), kQuoted), end; each != end; ++each)
    words.push_back((*each)[1]);
  return words;
}

// The rows of the tables that have the columns `type` and `labels`, from left to right names, type, labels.
std::vector<Row> rows_of(const std::string& page) {
  std::vector<Row> rows;
  std::size_t type_column = 0;  // 0: outside of such a table
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream rest(line.starts_with("| ") ? line.substr(2) : "");
    for (std::string cell; std::getline(rest, cell, '|');)
      cells.push_back(cell);
    const auto type = std::ranges::find(cells, " type ");
    if (type != cells.end()) {
      type_column = static_cast<std::size_t>(type - cells.begin());
    } else if (cells.empty()) {
      type_column = 0;
    } else if (type_column != 0 && !cells.front().starts_with("---")) {
      Row row;
      for (std::size_t i = 0; i < type_column; ++i)
        std::ranges::copy(quoted_words(cells[i]), std::back_inserter(row.names));
      row.type = cells[type_column].substr(1, cells[type_column].size() - 2);
      const auto labels = quoted_words(cells[type_column + 1]);
      row.labels = {labels.begin(), labels.end()};
      rows.push_back(row);
    }
  }
  return rows;
}

Row row_of(const Family& family) {
  Row row;
  for (const Named& named : {family.own, family.http, family.flask, family.otel}) {
    if (!named.name.empty()) row.names.emplace_back(named.name);
  }
  switch (family.type) {
    case FamilyType::kCounter:
      row.type = "counter";
      break;
    case FamilyType::kHistogram:
      row.type = "histogram";
      break;
    case FamilyType::kGauge:
    case FamilyType::kInfo:
      row.type = "gauge";
  }
  if (family.opt_in) row.type += ", opt-in";
  const Naming naming = family.http.name.empty() ? Naming::kOtel : Naming::kHttp;
  const ExchangeLabels exchange = exchange_labels(naming);
  const TransportLabels transport = family.in(naming).transport;
  if (transport != TransportLabels::kNone) row.labels.emplace(exchange.scheme);
  if (transport == TransportLabels::kSchemeAndVersion) row.labels.emplace(exchange.version);
  switch (family.scope) {
    case Scope::kStatus:
      row.labels.emplace(exchange.status);
      if (!exchange.error.empty()) row.labels.emplace(exchange.error);
      [[fallthrough]];
    case Scope::kMethod:
      row.labels.emplace(exchange.endpoint);
      row.labels.emplace(exchange.method);
      break;
    case Scope::kStream:
      row.labels.emplace(kKindLabel);
      [[fallthrough]];
    case Scope::kEndpoint:
      row.labels.emplace(kEndpointLabel);
      break;
    case Scope::kWorker:
    case Scope::kScrape:
      break;
  }
  if (!family.label.name.empty()) row.labels.emplace(family.label.name);
  for (const char* label : family.info_labels) {
    if (label != nullptr) row.labels.emplace(label);
  }
  return row;
}

TEST(Families, ThePageHasEachWithItsTypeAndLabelsAndNoOther) {
  std::vector<Row> expected;
  for (const Family& family : kFamilies) {
    if (!family.own.name.starts_with(kProcessPrefix)) expected.push_back(row_of(family));
  }
  EXPECT_THAT(rows_of(read_page()), ElementsAreArray(expected));
}

TEST(Families, ThePageNamesTheProcessMetrics) {
  std::set<std::string> expected;
  for (const Family& family : kFamilies) {
    if (family.own.name.starts_with(kProcessPrefix)) expected.emplace(family.own.name);
  }
  std::set<std::string> named;
  for (const std::string& word : quoted_words(read_page())) {
    if (word.starts_with(kProcessPrefix)) named.insert(word);
  }
  EXPECT_EQ(named, expected);
}

// Names whose last rows or first rows would otherwise go unseen: each name once, each with a text.
TEST(Families, HaveDistinctNamesAndHelpThatNeedsNoEscaping) {
  std::set<std::string_view> names;
  for (const Family& family : kFamilies) {
    std::size_t count = 0;
    for (const Named& named : {family.own, family.http, family.flask, family.otel}) {
      EXPECT_EQ(named.name.empty(), named.help.empty()) << named.name;
      if (named.name.empty()) continue;
      ++count;
      EXPECT_TRUE(is_valid_name(named.name)) << named.name;
      EXPECT_TRUE(names.insert(named.name).second) << named.name << " is there twice";
      EXPECT_EQ(named.help.find_first_of("\\\"\n"), std::string_view::npos) << named.name;
    }
    EXPECT_GE(count, 1U);
    EXPECT_TRUE(family.own.name.empty() || count == 1) << family.own.name;
  }
}

}  // namespace
}  // namespace wayside::metrics
