#include "wayside/listing/yaml.hpp"

#include "wayside/base/quote.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wayside::listing {
namespace {

routes::RouteSpec spec_of(const Entry& entry) {
  routes::RouteSpec spec;
  spec.path = entry.path;
  spec.methods = entry.methods;
  spec.name = entry.name;
  spec.dialect = entry.dialect;
  return spec;
}

// Single-quoted, where only a quote has a meaning: backslashes of regular expressions stay readable.
std::string yaml_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text)
    out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

// Single quotes keep a line break from being one, and cannot hold control characters.
bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

std::string methods_text(MethodSet methods) {
  std::string out;
  for (const Method method : kMethods) {
    if (!methods.contains(method)) continue;
    if (!out.empty()) out += ", ";
    out += method_label(method);
  }
  return out;
}

void print_entry(const Entry& entry, const std::string& blanks, std::string& out) {
  if (entry.methods.empty() && entry.name.empty()) {
    out += blanks + "- " + yaml_text(entry.path) + "\n";
    return;
  }
  out += blanks + "- path: " + yaml_text(entry.path) + "\n";
  if (!entry.methods.empty()) out += blanks + "  methods: [" + methods_text(entry.methods) + "]\n";
  if (!entry.name.empty()) out += blanks + "  name: " + yaml_text(entry.name) + "\n";
}

// The dialects of the entries, in the order in which they appear first.
std::vector<routes::Dialect> dialects_of(std::span<const Entry> entries) {
  std::vector<routes::Dialect> dialects;
  for (const Entry& entry : entries) {
    if (std::ranges::find(dialects, entry.dialect) == dialects.end()) dialects.push_back(entry.dialect);
  }
  return dialects;
}

std::string reason_of(const routes::RouteError& error, std::span<const routes::RouteSpec> specs,
                      std::size_t existing) {
  if (error.is_limit) return error.message;
  if (!error.twin) return "wayside cannot read it: " + error.message;
  const routes::RouteSpec& twin = specs[*error.twin];
  std::string reason = "it matches the same requests as " + in_quotes(twin.path);
  if (*error.twin < existing) reason += ", which is there";
  return reason;
}

// Whether the route takes every request of the entry.
bool serves(const routes::RouteSpec& route, const Entry& entry) {
  if (route.methods.empty()) return true;
  return !entry.methods.empty() && std::ranges::all_of(kMethods, [&](Method method) {
    return !entry.methods.contains(method) || route.methods.contains(method);
  });
}

// Limits that bound the memory, and leave room for entries that are going to be left out.
routes::Limits roomy(routes::Limits limits) {
  constexpr std::size_t kFactor = 4;
  limits.routes = routes::kNoLimits.routes;
  limits.memory = std::min(limits.memory, routes::kNoLimits.memory / kFactor) * kFactor;
  return limits;
}

// Moves the entries to the notes that cannot stand beside `existing` routes and each other.
void remove_unfit(Listing& listing, std::span<const routes::RouteSpec> existing, routes::MatchOptions options,
                  const routes::Limits& limits) {
  while (true) {
    std::vector<routes::RouteSpec> specs(existing.begin(), existing.end());
    std::ranges::transform(listing.entries, std::back_inserter(specs), spec_of);
    std::set<std::size_t> removed;
    for (const routes::RouteError& error : routes::RouteTable::check(specs, options, limits)) {
      // A route that stands only in the way of one that goes may stay.
      if (error.twin && removed.contains(*error.twin)) continue;
      const std::size_t end = error.is_limit ? specs.size() : error.spec + 1;
      for (std::size_t spec = std::max(error.spec, existing.size()); spec < end; ++spec) {
        if (!removed.insert(spec).second) continue;
        const Entry& entry = listing.entries[spec - existing.size()];
        if (error.twin && *error.twin < existing.size() && serves(specs[*error.twin], entry)) {
          ++listing.known;
          continue;
        }
        listing.notes.push_back({entry.line, entry.path, reason_of(error, specs, existing.size())});
      }
    }
    if (removed.empty()) return;
    std::size_t index = existing.size();
    std::erase_if(listing.entries, [&](const Entry&) { return removed.contains(index++); });
  }
}

// --- the file ---------------------------------------------------------------------------------------------

// A line of the file, with its end.
struct FileLine {
  std::size_t begin = 0;
  std::string_view text;  // without the line break
};

std::vector<FileLine> lines_of(std::string_view file) {
  std::vector<FileLine> lines;
  for (std::size_t begin = 0; begin < file.size();) {
    const std::size_t end = std::min(file.find('\n', begin), file.size());
    lines.push_back({begin, file.substr(begin, end - begin)});
    begin = end + 1;
  }
  return lines;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

bool is_filler(std::string_view line) {
  const std::string_view text = without_blanks(line);
  return text.empty() || text.front() == '#';
}

// The size of a value that stands for no routes, with the blanks before it; 0 where `text` is another.
std::size_t size_of_empty_value(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  for (const std::string_view value : {"[]", "~", "null"}) {
    const std::size_t end = begin + value.size();
    if (text.substr(begin).starts_with(value) && is_filler(text.substr(end))) return end;
  }
  return 0;
}

// The line of the key `routes` of the outermost mapping, which begins in the first column.
std::optional<std::size_t> find_routes(const std::vector<FileLine>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const std::string_view key : {"routes:", "\"routes\":", "'routes':"}) {
      if (lines[i].text.starts_with(key)) return i;
    }
  }
  return std::nullopt;
}

}  // namespace

void settle(Listing& listing, std::span<const routes::RouteSpec> existing, routes::MatchOptions options,
            const routes::Limits& limits) {
  std::erase_if(listing.entries, [&](const Entry& entry) {
    const bool is_odd = !is_printable(entry.path) || !is_printable(entry.name);
    if (is_odd) listing.notes.push_back({entry.line, entry.path, "it has a control character"});
    return is_odd;
  });
  // Entries that are there already take no room from those behind them.
  remove_unfit(listing, existing, options, roomy(limits));
  remove_unfit(listing, existing, options, limits);
  std::ranges::stable_sort(listing.notes, {}, &Note::line);
}

std::string print_items(const Listing& listing, std::size_t indent) {
  const std::string blanks(indent, ' ');
  std::string out;
  for (const routes::Dialect dialect : dialects_of(listing.entries)) {
    // kAuto too: the file may name another dialect for the routes that name none.
    out += blanks + "- dialect: " + std::string(to_string(dialect)) + "\n";
    out += blanks + "  routes:\n";
    for (const Entry& entry : listing.entries) {
      if (entry.dialect == dialect) print_entry(entry, blanks + "    ", out);
    }
  }
  for (const Note& note : listing.notes) {
    out += blanks + "# Not imported: " + in_quotes(note.text) + " on line " + std::to_string(note.line) +
           " of the listing: " + note.reason + ".\n";
  }
  return out;
}

std::string print_file(const Listing& listing) {
  const std::string items = print_items(listing, 2);
  return (listing.entries.empty() ? "routes: []\n" : "routes:\n") + items;
}

Checked<std::string, InsertionError> insert_items(std::string_view file, const Listing& listing) {
  if (listing.entries.empty()) return std::string(file);
  // A note is of use where the routes are new; the caller tells it anyway.
  const Listing entries{listing.entries, {}};
  const std::vector<FileLine> lines = lines_of(file);
  const std::optional<std::size_t> key = find_routes(lines);
  if (!key) {
    std::string out(file);
    if (!out.empty() && out.back() != '\n') out += '\n';
    return out + print_file(entries);
  }

  const std::size_t value_begin = lines[*key].text.find(':') + 1;
  const std::string_view value = lines[*key].text.substr(value_begin);
  const std::size_t empty_size = size_of_empty_value(value);
  if (empty_size != 0) {
    std::string without_value(file);
    without_value.erase(lines[*key].begin + value_begin, empty_size);
    return insert_items(without_value, listing);
  }
  if (!is_filler(value)) {
    return InsertionError{*key + 1, "expected the routes as a list with one item a line, found " +
                                        in_quotes(without_blanks(value))};
  }
  // The list ends before the next key, which begins in the first column. Comments and empty lines before that
  // key belong to it.
  std::size_t end = *key + 1;
  std::optional<std::size_t> indent;
  for (std::size_t i = *key + 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i].text;
    if (is_filler(line)) continue;
    if (line.front() != ' ' && !line.starts_with("- ") && line != "-") break;
    if (!indent) indent = line.find_first_not_of(' ');
    end = i + 1;
  }
  const std::size_t place = end < lines.size() ? lines[end].begin : file.size();
  std::string out(file.substr(0, place));
  if (!out.empty() && out.back() != '\n') out += '\n';
  out += print_items(entries, indent.value_or(2));
  return out + std::string(file.substr(place));
}

}  // namespace wayside::listing
