#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"

#include "listing/lines.hpp"
#include "listing/methods.hpp"
#include "listing/rails_row.hpp"
#include "listing/readers.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wayside::listing {
namespace {

// The rows of the application, or of one of its engines ("Routes for Blorgh::Engine:").
struct Section {
  std::string engine;  // empty: the application
  std::vector<RailsRow> rows;
};

using Sections = std::vector<Section>;

bool is_path(std::string_view word) {
  return word.starts_with('/') || word.starts_with('(');
}

// "Routes for Blorgh::Engine:"
std::optional<std::string> engine_of(std::string_view line) {
  constexpr std::string_view kBegin = "Routes for ";
  if (!line.starts_with(kBegin) || !line.ends_with(':')) return std::nullopt;
  return std::string(line.substr(kBegin.size(), line.size() - kBegin.size() - 1));
}

bool is_header(std::string_view line) {
  return line.find("Verb") != line.npos && line.find("URI Pattern") != line.npos;
}

// --- the sheet: Prefix Verb URI Pattern Controller#Action -------------------------------------------------

class Sheet {
 public:
  Checked<Sections, ListingError> read(const std::vector<Line>& lines) {
    // What is printed before the header is no route; output of grep has no header.
    const bool has_header = std::ranges::any_of(lines, is_header, &Line::text);
    bool is_table = !has_header;
    for (const Line& line : lines) {
      if (auto engine = engine_of(trim(line.text))) {
        finish();
        sections_.push_back({*std::move(engine), {}});
      } else if (is_header(line.text)) {
        is_table = true;
      } else if (is_table && !line.text.empty()) {
        if (auto error = read_line(line)) return *std::move(error);
      }
    }
    finish();
    return std::move(sections_);
  }

 private:
  std::optional<ListingError> read_line(const Line& line) {
    const std::vector<Word> words = split_words(line.text);
    if (row_ && is_unfinished(row_->target)) return append(line);
    const auto path = std::ranges::find_if(words, is_path, &Word::text);
    const bool has_path = path != words.end() && path - words.begin() <= 2;
    if (!has_path) {
      // A terminal has cut the row: before its path, or behind it.
      const bool is_begin = std::ranges::all_of(words, [](const Word& word) {
        return std::ranges::all_of(
            word.text, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '|'; });
      });
      if (!is_begin && row_) return append(line);
      if (is_begin && words.size() <= 2) {
        take_begin(words);
        return std::nullopt;
      }
      return ListingError{
          line.number, words.front().offset + 1,
          "expected a row of rails routes (prefix, verb, path, action), found " + in_quotes(line.text)};
    }
    const std::string begun = std::exchange(begun_methods_, {});
    finish();
    row_ = RailsRow{line.number, begun, std::string(path->text), {}};
    take_begin({words.begin(), path});
    if (!begun_methods_.empty()) row_->methods = std::exchange(begun_methods_, {});
    if (path + 1 != words.end()) row_->target = line.text.substr((path + 1)->offset);
    return std::nullopt;
  }

  std::optional<ListingError> append(const Line& line) {
    // Behind "=>", the line may have been cut before the expression, which follows without a blank.
    const bool joins = row_->target.empty() || row_->target.ends_with("=>");
    row_->target += (joins ? "" : " ") + std::string(trim(line.text));
    return std::nullopt;
  }

  // Remembers the verb among the words before the path; the prefix has no use here.
  void take_begin(const std::vector<Word>& words) {
    for (const Word& word : words) {
      if (read_methods(word.text)) begun_methods_ = word.text;
    }
  }

  void finish() {
    if (sections_.empty()) sections_.emplace_back();
    if (row_) sections_.back().rows.push_back(*std::exchange(row_, std::nullopt));
  }

  Sections sections_;
  std::optional<RailsRow> row_;  // the row that may go on
  std::string begun_methods_;    // of a row whose path is in the next line
};

// --- expanded: --[ Route 1 ]---, then a line for each column
// ------------------------------------------------

Sections read_expanded(const std::vector<Line>& lines) {
  Sections sections(1);
  for (const Line& line : lines) {
    if (auto engine = engine_of(trim(line.text))) {
      sections.push_back({*std::move(engine), {}});
      continue;
    }
    if (line.text.starts_with("--[ Route ")) {
      sections.back().rows.push_back({line.number, {}, {}, {}});
      continue;
    }
    const std::size_t bar = line.text.find('|');
    if (sections.back().rows.empty() || bar == line.text.npos) continue;
    RailsRow& row = sections.back().rows.back();
    const std::string_view title = trim(std::string_view(line.text).substr(0, bar));
    const std::string value(trim(std::string_view(line.text).substr(bar + 1)));
    if (title == "Verb") row.methods = value;
    if (title == "URI") row.path = value;
    if (title == "Controller#Action") row.target = value;
  }
  return sections;
}

// --- both
// -------------------------------------------------------------------------------------------------------

// Where each engine is mounted, below the mounts of the engine that mounts it.
std::map<std::string, std::string, std::less<>> mounts_of(const Sections& sections) {
  std::map<std::string, std::string, std::less<>> mounts;
  for (const Section& section : sections) {
    const auto outer = mounts.find(section.engine);
    const std::string prefix = outer == mounts.end() || outer->second == "/" ? "" : outer->second;
    for (const RailsRow& row : section.rows) {
      const std::string_view application = mounted_application(row);
      const bool is_listed = !application.empty() && std::ranges::any_of(sections, [&](const Section& other) {
        return other.engine == application;
      });
      if (is_listed) mounts.try_emplace(std::string(application), prefix + row.path);
    }
  }
  return mounts;
}

Checked<Listing, ListingError> listing_of(const Sections& sections, routes::Dialect dialect) {
  const auto mounts = mounts_of(sections);
  Listing listing;
  for (const Section& section : sections) {
    const auto mount = mounts.find(section.engine);
    for (const RailsRow& row : section.rows) {
      if (row.path.empty()) {
        return ListingError{row.line, 1, "expected a path of this route (URI), found none"};
      }
      if (mounts.contains(mounted_application(row))) continue;  // the engine's routes are listed
      auto entry = entry_of(row, mount == mounts.end() ? "" : mount->second, dialect);
      if (entry) {
        listing.entries.push_back(*std::move(entry));
      } else {
        listing.notes.push_back({row.line, row.methods + " " + row.path, "its verb is no list of methods"});
      }
    }
  }
  return listing;
}

}  // namespace

Checked<Listing, ListingError> read_rails(std::string_view text, routes::Dialect dialect) {
  const std::vector<Line> lines = split_lines(text);
  const auto begins_route = [](const Line& line) { return line.text.starts_with("--[ Route "); };
  if (std::ranges::any_of(lines, begins_route)) return listing_of(read_expanded(lines), dialect);
  auto sections = Sheet().read(lines);
  if (sections.has_error()) return sections.error();
  return listing_of(*sections, dialect);
}

}  // namespace wayside::listing
