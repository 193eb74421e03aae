#include "inspector/report.hpp"

#include "wayside/base/escape.hpp"
#include "wayside/base/quote.hpp"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

namespace wayside::inspector {
namespace {

// Writes the members of one object, one after another.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  JsonObject& text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
    return *this;
  }
  // An empty text is null.
  JsonObject& optional(std::string_view name, std::string_view value) {
    return value.empty() ? raw(name, "null") : text(name, value);
  }
  JsonObject& number(std::string_view name, std::uint64_t value) {
    return raw(name, fmt::format_int(value).c_str());
  }
  JsonObject& raw(std::string_view name, std::string_view value) {
    key(name);
    out_ += value;
    return *this;
  }
  JsonObject& methods(const MethodNames& names) {
    return raw("methods", names.empty() ? "[]" : fmt::format("[\"{}\"]", fmt::join(names, "\",\"")));
  }

 private:
  void key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }

  std::string& out_;
};

// A table of the page, before it becomes text. Cells may hold text of clients.
struct Table {
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;
};

Table routes_table(const Report& report) {
  Table table{{"HITS", "4XX", "5XX", "LAST USED", "METHODS", "ROUTE", "LABEL"}, {}};
  for (const RouteRow& row : report.routes) {
    table.rows.push_back({fmt::to_string(row.hits), fmt::to_string(row.client_errors),
                          fmt::to_string(row.server_errors), row.last_used.empty() ? "never" : row.last_used,
                          row.methods.empty() ? "any" : fmt::to_string(fmt::join(row.methods, " ")), row.path,
                          row.is_excluded ? "(excluded)" : row.label});
  }
  return table;
}

Table unmatched_table(const Report& report) {
  Table table{{"COUNT", "METHODS", "STATUS", "FIRST SEEN", "LAST SEEN", "EXAMPLE", "ROUTE TO ADD"}, {}};
  for (const UnmatchedRow& row : report.unmatched) {
    table.rows.push_back({fmt::format("{}{}", row.error == 0 ? "" : "~", row.count),  // "~": may be too high
                          fmt::to_string(fmt::join(row.methods, " ")),
                          fmt::to_string(fmt::join(row.statuses, " ")), row.first_seen, row.last_seen,
                          row.example.empty() ? "(off)" : row.example,
                          row.suggestion.empty() ? "(none)" : fmt::format("- {}", row.suggestion)});
  }
  return table;
}

Table catch_all_table(const Report& report) {
  Table table{{"COUNT", "ROUTE", "ROUTE TO ADD"}, {}};
  for (const CatchAllHint& hint : report.catch_alls)
    table.rows.push_back({fmt::to_string(hint.count), hint.route, hint.yaml_line()});
  return table;
}

// The cell as printable ASCII, so that no client can send escape sequences to a terminal.
std::string printable(std::string_view cell) {
  const bool is_plain = std::ranges::all_of(cell, [](char c) { return c >= ' ' && c <= '~'; });
  return is_plain ? std::string(cell) : quoted(cell);
}

void append_text(const Table& table, std::string& out) {
  std::vector<std::vector<std::string>> lines{table.heads};
  for (const auto& row : table.rows) {
    lines.emplace_back();
    for (const std::string& cell : row)
      lines.back().push_back(printable(cell));
  }
  std::vector<std::size_t> widths(table.heads.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      out += line[i];
      if (i + 1 < line.size()) out.append(widths[i] - line[i].size() + 2, ' ');
    }
    out += '\n';
  }
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
  out += "{\"routes\":[";
  for (const RouteRow& row : report.routes) {
    if (&row != &report.routes.front()) out += ",";
    out += '\n';
    JsonObject(out)
        .text("path", row.path)
        .text("label", row.label)
        .text("defined", row.place)
        .methods(row.methods)
        .raw("excluded", row.is_excluded ? "true" : "false")
        .number("hits", row.hits)
        .number("status_4xx", row.client_errors)
        .number("status_5xx", row.server_errors)
        .optional("last_used", row.last_used)
        .end();
  }
  out += "],\n\"never_hit\":[";
  bool is_first = true;
  for (const RouteRow& row : report.routes) {
    if (row.hits != 0) continue;
    if (!is_first) out += ',';
    is_first = false;
    append_json_string(out, row.path);
  }
  fmt::format_to(std::back_inserter(out), "],\n\"unmatched_requests\":{},\n\"unmatched\":[",
                 report.unmatched_count);
  for (const UnmatchedRow& row : report.unmatched) {
    if (&row != &report.unmatched.front()) out += ",";
    out += '\n';
    JsonObject(out)
        .optional("suggested_template", row.suggestion)
        .optional("path", row.example)
        .number("count", row.count)
        .number("count_error", row.error)
        .methods(row.methods)
        .raw("statuses", fmt::format("[{}]", fmt::join(row.statuses, ",")))
        .text("first_seen", row.first_seen)
        .text("last_seen", row.last_seen)
        .end();
  }
  out += "],\n\"catch_alls\":[";
  for (const CatchAllHint& hint : report.catch_alls) {
    if (&hint != &report.catch_alls.front()) out += ",";
    out += '\n';
    JsonObject(out)
        .text("path", hint.route)
        .text("suggested_template", hint.catch_all)
        .text("yaml", hint.yaml_line())
        .number("count", hint.count)
        .end();
  }
  out += "]}\n";
}

void write_text(const Report& report, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}\n\n", summary(report));
  append_text(routes_table(report), out);
  const auto append_section = [&out](std::string_view title, const Table& table) {
    if (table.rows.empty()) return;
    out.append("\n").append(title).append("\n\n");
    append_text(table, out);
  };
  append_section(kCatchAllTitle, catch_all_table(report));
  append_section(kUnmatchedTitle, unmatched_table(report));
}

}  // namespace wayside::inspector
