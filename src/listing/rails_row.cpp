#include "listing/rails_row.hpp"

#include "wayside/base/text.hpp"

#include "listing/methods.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace wayside::listing {
namespace {

// A constraint on a parameter: {:id=>/\d+/}, or {id: /\d+/} since Ruby 3.4.
struct Constraint {
  std::string name;
  std::string expression;
};

// The end of a regular expression that begins behind `begin`: its closing slash.
std::size_t end_of_expression(std::string_view text, std::size_t begin) {
  bool in_class = false;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '[') {
      in_class = true;
    } else if (text[i] == ']') {
      in_class = false;
    } else if (text[i] == '/' && !in_class) {
      return i;
    }
  }
  return text.npos;
}

bool is_name_char(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}

// The name that ends at `end`, after ":" or before ":".
std::string name_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && is_name_char(text[begin - 1]))
    --begin;
  return std::string(text.substr(begin, end - begin));
}

std::vector<Constraint> constraints_of(std::string_view target) {
  std::vector<Constraint> constraints;
  std::size_t place = target.find('{');
  while (place < target.size()) {
    const std::size_t old_style = target.find("=>/", place);
    const std::size_t new_style = target.find(": /", place);
    const std::size_t end_of_name = std::min(old_style, new_style);
    if (end_of_name == target.npos) break;
    const std::size_t begin = end_of_name + 3;
    const std::size_t end = end_of_expression(target, begin);
    if (end == target.npos) break;
    constraints.push_back({name_before(target, end_of_name), std::string(target.substr(begin, end - begin))});
    place = end + 1;
  }
  return constraints;
}

// What a parameter of Rails is that has no constraint.
constexpr std::string_view kWithoutDot = "[^.]+";

// "/:user/:id(.:format)" with an expression behind each parameter, in a dialect that reads them; the path
// itself where no constraint is about a parameter of it.
std::string constrained(std::string_view path, const std::vector<Constraint>& constraints) {
  std::string result;
  bool is_constrained = false;
  for (std::size_t at = 0; at < path.size();) {
    std::size_t end = at + 1;
    while (path[at] == ':' && end < path.size() && is_name_char(path[end]))
      ++end;
    const std::string_view part = path.substr(at, end - at);
    result += part;
    at = end;
    if (part.size() == 1) continue;
    const auto own = std::ranges::find(constraints, part.substr(1), &Constraint::name);
    is_constrained = is_constrained || own != constraints.end();
    // The tail of an expression that is written with \/ for a slash matches no segment, and is left to the
    // reader of templates to refuse.
    result.append("(").append(own != constraints.end() ? own->expression : kWithoutDot).append(")");
  }
  return is_constrained ? result : std::string(path);
}

}  // namespace

bool is_unfinished(std::string_view target) {
  const std::size_t open = target.find('{');
  return open != target.npos && std::ranges::count(target, '{') > std::ranges::count(target, '}');
}

std::string_view mounted_application(const RailsRow& row) {
  // An action is "controller#action"; "#<Proc:0x… (lambda)>" is an application.
  const std::string_view target = row.target;
  const bool is_action = !target.starts_with('#') && target.find('#') != target.npos;
  const bool goes_elsewhere = target.starts_with("redirect(");
  const bool ends_in_format = row.path.ends_with("(.:format)");
  if (!row.methods.empty() || is_action || goes_elsewhere || ends_in_format) return {};
  return target.substr(0, target.find(" {"));
}

std::optional<Entry> entry_of(const RailsRow& row, std::string_view mount, routes::Dialect dialect) {
  Entry entry{row.path, {}, dialect, {}, row.line};
  if (!row.methods.empty()) {
    const auto methods = read_methods(row.methods);
    if (!methods) return std::nullopt;
    entry.methods = *methods;
  }
  // A root of an engine, "/", is the mount itself.
  if (!mount.empty() && mount != "/") {
    entry.path = row.path == "/" ? std::string(mount) : std::string(mount) + row.path;
  }
  if (!mounted_application(row).empty()) {
    entry.path = entry.path == "/" ? "/*path" : entry.path + "(/*path)";
    return entry;
  }
  std::string path = constrained(entry.path, constraints_of(row.target));
  if (path != entry.path) {
    entry.name = std::exchange(entry.path, std::move(path));
    entry.dialect = routes::Dialect::kAuto;
  }
  return entry;
}

}  // namespace wayside::listing
