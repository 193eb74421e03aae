#include "inspector/report.hpp"

#include "wayside/base/json_writer.hpp"
#include "wayside/base/text_table.hpp"
#include "wayside/routes/unmatched.hpp"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <string_view>

namespace wayside::inspector {
namespace {

// An empty text is null.
std::optional<std::string_view> optional(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

TextTable routes_table(const Report& report) {
  TextTable table{{"HITS", "4XX", "5XX", "LAST USED", "METHODS", "ROUTE", "LABEL"}, {}};
  for (const RouteRow& row : report.routes) {
    table.rows.push_back({fmt::to_string(row.hits), fmt::to_string(row.client_errors),
                          fmt::to_string(row.server_errors), row.last_used.empty() ? "never" : row.last_used,
                          row.methods.empty() ? "any" : fmt::to_string(fmt::join(row.methods, " ")), row.path,
                          row.is_excluded ? "(excluded)" : row.label});
  }
  return table;
}

// Between the counts and the texts, whose widths vary.
constexpr std::size_t kFurtherColumnsFrom = 4;

void insert(std::vector<std::string>& row, const std::vector<std::string>& cells) {
  row.insert(row.begin() + kFurtherColumnsFrom, cells.begin(), cells.end());
}

TextTable routes_table(const Report& report, const FurtherColumns& further) {
  TextTable table = routes_table(report);
  insert(table.heads, further.heads);
  const std::vector<std::string> nothing(further.heads.size(), "-");
  for (std::size_t i = 0; i < report.routes.size(); ++i) {
    const auto cells = further.cells.find(report.routes[i].label);
    const bool has_cells = cells != further.cells.end() && !report.routes[i].is_excluded;
    insert(table.rows[i], has_cells ? cells->second : nothing);
  }
  return table;
}

TextTable unmatched_table(const Report& report) {
  TextTable table{{"COUNT", "METHODS", "STATUS", "FIRST SEEN", "LAST SEEN", "EXAMPLE", "ROUTE TO ADD"}, {}};
  for (const UnmatchedRow& row : report.unmatched) {
    table.rows.push_back({fmt::format("{}{}", row.error == 0 ? "" : "~", row.count),  // "~": may be too high
                          fmt::to_string(fmt::join(row.methods, " ")),
                          fmt::to_string(fmt::join(row.statuses, " ")), row.first_seen, row.last_seen,
                          row.example.empty() ? "(off)" : row.example,
                          row.suggestion.empty() ? "(none)" : routes::entry_for(row.suggestion)});
  }
  return table;
}

TextTable catch_all_table(const Report& report) {
  TextTable table{{"COUNT", "ROUTE", "ROUTE TO ADD"}, {}};
  for (const CatchAllHint& hint : report.catch_alls)
    table.rows.push_back({fmt::to_string(hint.count), hint.route, hint.yaml_line()});
  return table;
}

constexpr std::string_view kUnmatchedTitle = "The busiest paths without a route";
constexpr std::string_view kCatchAllTitle =
    "Paths without a route go on below these: where the parameter may hold slashes, add the catch-all";

std::string summary(const Report& report) {
  const auto is_unused = [](const RouteRow& row) { return row.hits == 0; };
  return fmt::format("{} routes, {} of them never hit; {} requests without a route", report.routes.size(),
                     std::ranges::count_if(report.routes, is_unused), report.unmatched_count);
}

}  // namespace

void write_json(const Report& report, std::string& out) {
  JsonWriter json(out);
  json.begin_object().key("routes").begin_array();
  for (const RouteRow& row : report.routes) {
    json.new_line()
        .begin_object()
        .member("path", row.path)
        .member("label", row.label)
        .member("defined", row.place)
        .array("methods", row.methods)
        .member("excluded", row.is_excluded)
        .member("hits", row.hits)
        .member("status_4xx", row.client_errors)
        .member("status_5xx", row.server_errors)
        .member("last_used", optional(row.last_used))
        .end_object();
  }
  json.end_array().new_line().key("never_hit").begin_array();
  for (const RouteRow& row : report.routes) {
    if (row.hits == 0) json.value(row.path);
  }
  json.end_array().new_line().member("unmatched_requests", report.unmatched_count);
  json.new_line().key("unmatched").begin_array();
  for (const UnmatchedRow& row : report.unmatched) {
    json.new_line()
        .begin_object()
        .member("suggested_template", optional(row.suggestion))
        .member("path", optional(row.example))
        .member("count", row.count)
        .member("count_error", row.error)
        .array("methods", row.methods)
        .array("statuses", row.statuses)
        .member("first_seen", row.first_seen)
        .member("last_seen", row.last_seen)
        .end_object();
  }
  json.end_array().new_line().key("catch_alls").begin_array();
  for (const CatchAllHint& hint : report.catch_alls) {
    json.new_line()
        .begin_object()
        .member("path", hint.route)
        .member("suggested_template", hint.catch_all)
        .member("yaml", hint.yaml_line())
        .member("count", hint.count)
        .end_object();
  }
  json.end_array().end_object();
  out += '\n';
}

void write_text(const Report& report, const FurtherColumns& further, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}\n\n", summary(report));
  append_text(routes_table(report, further), out);
  const auto append_section = [&out](std::string_view title, const TextTable& table) {
    if (table.rows.empty()) return;
    out.append("\n").append(title).append("\n\n");
    append_text(table, out);
  };
  append_section(kCatchAllTitle, catch_all_table(report));
  append_section(kUnmatchedTitle, unmatched_table(report));
}

}  // namespace wayside::inspector
