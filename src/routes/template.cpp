#include "routes/template.hpp"

#include "wayside/base/quote.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

constexpr std::string_view kEllipsis = "...";

// A part of the template and where it begins in it, from 0.
struct Piece {
  std::string_view text;
  std::size_t offset = 0;
};

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_hex_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// pchar of RFC 3986 section 3.3, the percent sign of an encoded byte included.
bool is_path_char(char c) noexcept {
  constexpr std::string_view kOthers = "-._~!$&'()*+,;=:@%";
  return is_alphanumeric(c) || kOthers.find(c) != std::string_view::npos;
}

TemplateError expected(std::size_t offset, std::string_view what, std::string_view found) {
  return {offset + 1,
          "expected " + std::string(what) + ", found " + (found.empty() ? "the end" : quoted(found))};
}

// Wildcards of other syntaxes, recognised by how the segment begins.
bool is_foreign_wildcard(std::string_view segment) noexcept {
  return segment.starts_with(':') || segment.starts_with('*') || segment.starts_with('<');
}

std::optional<TemplateError> check_static(const Piece& segment) {
  const std::string_view text = segment.text;
  if (is_foreign_wildcard(text)) {
    return expected(segment.offset, "{name} for one segment or {name...} for all that is left", text);
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' || text[i] == '}') {
      return expected(segment.offset + i, "a parameter to be a whole segment, as in /{name}/", text);
    }
    if (text[i] == '?' || text[i] == '#') {
      return expected(segment.offset + i, "a path without a query or fragment", text.substr(i));
    }
    if (!is_path_char(text[i])) {
      return expected(segment.offset + i, "a character of a URL path (others percent-encoded)",
                      text.substr(i, 1));
    }
    if (text[i] == '%' &&
        (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2]))) {
      return expected(segment.offset + i, "two hexadecimal digits after %", text.substr(i, 3));
    }
  }
  return std::nullopt;
}

// A segment that begins with "{".
Checked<Segment, TemplateError> parse_parameter(const Piece& segment, bool is_last) {
  std::string_view name = segment.text.substr(1);
  const std::size_t name_offset = segment.offset + 1;
  const std::size_t close = name.find('}');
  if (close == std::string_view::npos) {
    return expected(segment.offset + segment.text.size(), "} after the name of the parameter", {});
  }
  if (close + 1 != name.size()) {
    return expected(name_offset + close + 1, "/ after }: a parameter is a whole segment",
                    name.substr(close + 1));
  }
  name.remove_suffix(1);
  const bool is_catch_all = name.ends_with(kEllipsis);
  if (is_catch_all) name.remove_suffix(kEllipsis.size());
  if (name.empty()) return expected(name_offset, "a name between the braces", segment.text);
  const auto odd =
      std::ranges::find_if_not(name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
  if (odd != name.end()) {
    const auto at = static_cast<std::size_t>(odd - name.begin());
    return expected(name_offset + at, "a name of letters, digits, - and _", segment.text);
  }
  if (is_catch_all && !is_last) {
    return TemplateError{segment.offset + 1,
                         "expected the catch-all as the last segment, found more after it"};
  }
  return Segment{is_catch_all ? SegmentKind::kCatchAll : SegmentKind::kParameter, std::string(name)};
}

Checked<Segment, TemplateError> parse_segment(const Piece& segment, bool is_last) {
  if (segment.text.empty()) {
    return TemplateError{segment.offset + 1, "expected a segment between the slashes, found none"};
  }
  if (segment.text.starts_with('{')) return parse_parameter(segment, is_last);
  if (auto error = check_static(segment)) return *std::move(error);
  return Segment{SegmentKind::kStatic, std::string(segment.text)};
}

bool has_parameter(const Template& segments, std::string_view name) noexcept {
  return std::ranges::any_of(segments, [name](const Segment& segment) {
    return segment.kind != SegmentKind::kStatic && segment.text == name;
  });
}

}  // namespace

Checked<Template, TemplateError> parse_template(std::string_view text) {
  if (!text.starts_with('/')) return expected(0, "a template that begins with /", text);
  Template segments;
  std::size_t offset = 1;
  while (offset < text.size()) {  // ends after the last segment, or at the slash that ends the template
    const std::size_t slash = std::min(text.find('/', offset), text.size());
    const Piece piece{text.substr(offset, slash - offset), offset};
    const bool is_last = slash + 1 >= text.size();
    auto segment = parse_segment(piece, is_last);
    if (segment.has_error()) return segment.error();
    if (segment->kind != SegmentKind::kStatic && has_parameter(segments, segment->text)) {
      return expected(piece.offset, "each parameter's name once", piece.text);
    }
    if (segments.size() == kMaxSegments) {
      return TemplateError{offset + 1,
                           "expected at most " + std::to_string(kMaxSegments) + " segments, found more"};
    }
    segments.push_back(*std::move(segment));
    offset = slash + 1;
  }
  return segments;
}

}  // namespace wayside::routes
