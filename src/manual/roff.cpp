#include "manual/roff.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace wayside::manual {
namespace {

// Lines of the source, which a reader never sees, stay this short for mandoc's lint.
constexpr std::size_t kLineLength = 78;

// A hyphen would be one for typesetting; what can be typed in has minus signs.
std::string escaped(std::string_view text) {
  std::string out;
  bool is_bold = false;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '`':
        is_bold = !is_bold;
        out += is_bold ? "\\fB" : "\\fR";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A line of escaped text. A dot at its beginning would make it a request.
std::string as_line(const std::string& text) {
  return (text.starts_with('.') ? "\\&" : "") + text + "\n";
}

// As an argument of a macro.
std::string in_quotes(std::string_view text) {
  std::string out = escaped(text);
  for (std::size_t at = out.find('"'); at != out.npos; at = out.find('"', at + 4))
    out.replace(at, 1, "\\(dq");
  return '"' + out + '"';
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

Roff::Roff(std::string_view name, int section, std::string_view version, std::string_view date) {
  page_ = fmt::format(".\\\" Made by src/manual from the tables of src/config.\n.TH {} {} \"{}\" {}\n",
                      in_quotes(name), section, date, in_quotes(fmt::format("wayside {}", version)));
}

void Roff::heading(std::string_view title) {
  page_ += fmt::format(".SH {}\n", title);
}

void Roff::paragraph(std::string_view text_of_it) {
  begin_paragraph();
  text(text_of_it);
}

void Roff::text(std::string_view text_of_it) {
  const std::string all = escaped(text_of_it);
  std::string line;
  for (const std::string_view word : words_of(all)) {
    if (!line.empty() && line.size() + 1 + word.size() > kLineLength) {
      page_ += as_line(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
    // A sentence ends its line, so that the space behind it is that of a sentence.
    if (word.ends_with('.') && !word.ends_with("..")) {
      page_ += as_line(line);
      line.clear();
    }
  }
  if (!line.empty()) page_ += as_line(line);
}

void Roff::tag(std::string_view name, std::string_view behind) {
  raw(".TP");
  if (behind.empty()) return raw(fmt::format(".B {}", in_quotes(name)));
  raw(fmt::format(".BR {} {}", in_quotes(name), in_quotes(fmt::format(" {}", behind))));
}

void Roff::break_line() {
  raw(".br");
}

void Roff::example(std::string_view lines) {
  begin_paragraph();
  raw(".RS 4\n.nf");
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    page_ += as_line(escaped(lines.substr(0, end)));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  raw(".fi\n.RE");
}

// Behind a heading, .PP would be an empty paragraph.
void Roff::begin_paragraph() {
  const std::size_t last_line = page_.rfind('\n', page_.size() - 2) + 1;
  if (page_.compare(last_line, 3, ".SH") != 0) raw(".PP");
}

void Roff::raw(std::string_view line) {
  page_.append(line).append("\n");
}

}  // namespace wayside::manual
