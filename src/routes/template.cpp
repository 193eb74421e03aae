#include "routes/template.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/quote.hpp"

#include "routes/path.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace wayside::routes {
namespace {

// Parts that may be missing; each doubles the number of alternatives.
constexpr std::size_t kMaxOptional = 4;

using Pieces = std::vector<Piece>;

// A static text as a normalised path has it. It has no slash and is not "." or "..".
std::string normal_text(std::string_view text, bool ignores_case) {
  std::string path = "/" + std::string(text);
  std::string out(path.size(), '\0');
  return std::string(normalize(path, ignores_case, out).substr(1));
}

// One alternative's pieces become segments. Each function that returns false has left a mistake.
class Assembler {
 public:
  explicit Assembler(bool ignores_case) : ignores_case_(ignores_case) {}

  Checked<Template, TemplateError> assemble(std::span<const Piece> pieces, std::size_t text_size) {
    std::size_t begin = 1;  // behind the slash that every template begins with
    for (std::size_t end = begin;; ++end) {
      const bool is_over = end == pieces.size();
      if (!is_over && pieces[end].kind != Piece::Kind::kSlash) continue;
      const auto segment = pieces.subspan(begin, end - begin);
      if (!finish_segment(segment, is_over, is_over ? text_size : pieces[end].offset))
        return *std::move(error_);
      if (is_over) return std::move(result_);
      begin = end + 1;
    }
  }

 private:
  bool finish_segment(std::span<const Piece> pieces, bool is_last, std::size_t offset) {
    const bool is_end_mark = pieces.size() == 1 && pieces.front().kind == Piece::Kind::kEnd;
    if (is_last && (pieces.empty() || is_end_mark)) {  // "/users/" and "/users/{$}"
      result_.ends_with_slash = !result_.segments.empty();
      return true;
    }
    if (pieces.empty()) return fail(offset, "expected a segment between the slashes, found none");
    const std::size_t start = pieces.front().offset;
    if (!result_.segments.empty() && result_.segments.back().kind >= SegmentKind::kCatchSome) {
      return fail(catch_all_offset_, "expected the catch-all as the last segment, found more after it");
    }
    if (result_.segments.size() == kMaxSegments) {
      return fail(start, "expected at most " + std::to_string(kMaxSegments) + " segments, found more");
    }
    const auto whole =
        std::ranges::find_if(pieces, [](const Piece& piece) { return piece.kind > Piece::Kind::kParameter; });
    if (whole != pieces.end()) return add_catch_all(pieces, *whole);
    const bool is_static =
        std::ranges::all_of(pieces, [](const Piece& p) { return p.kind == Piece::Kind::kText; });
    return is_static ? add_static(pieces) : add_parameter(pieces);
  }

  bool add_catch_all(std::span<const Piece> pieces, const Piece& piece) {
    if (pieces.size() != 1 || piece.kind == Piece::Kind::kEnd) {
      const std::string_view what =
          piece.kind == Piece::Kind::kEnd ? "{$} behind the last slash" : "a catch-all to be a whole segment";
      return fail(piece.offset, "expected " + std::string(what) + ", found more beside it");
    }
    catch_all_offset_ = piece.offset;
    add({piece.kind == Piece::Kind::kCatchAll ? SegmentKind::kCatchAll : SegmentKind::kCatchSome, {}, {}, 0});
    return true;
  }

  bool add_static(std::span<const Piece> pieces) {
    std::string text;
    for (const Piece& piece : pieces)
      text += piece.text;
    Segment segment;
    segment.text = normal_text(text, ignores_case_);
    if (segment.text.empty()) {
      return fail(pieces.front().offset, "expected a path without . and .., found " + quoted(text));
    }
    add(std::move(segment));
    return true;
  }

  bool add_parameter(std::span<const Piece> pieces) {
    Segment segment;
    if (pieces.size() == 1 && pieces.front().is_unconstrained) {
      segment.kind = SegmentKind::kParameter;
      add(std::move(segment));
      return true;
    }
    std::vector<Expression> parts;
    for (const Piece& piece : pieces) {
      const bool is_text = piece.kind == Piece::Kind::kText;
      const std::string text = is_text ? percent_decoded(piece.text) : std::string();
      segment.literal_bytes += text.size();
      parts.push_back(is_text ? literal(text) : piece.expression);
    }
    auto automaton = Automaton::from(sequence(std::move(parts)), ignores_case_);
    if (!automaton)
      return fail(pieces.front().offset, "expected a simpler constraint, found one of too many states");
    if (automaton->accepts_nothing()) {
      return fail(pieces.front().offset,
                  "expected a constraint that some text meets, found one that none does");
    }
    add(simplest(*std::move(automaton), std::move(segment)));
    return true;
  }

  // A constraint that allows everything is none, and one that allows a single text is that text.
  static Segment simplest(Automaton automaton, Segment segment) {
    if (automaton.accepts_anything()) {
      segment.kind = SegmentKind::kParameter;
      segment.literal_bytes = 0;
      return segment;
    }
    const std::vector<std::string> texts = automaton.shortest_texts(2);
    if (texts.size() == 1 && std::ranges::all_of(texts.front(), is_segment_char) && texts.front() != "." &&
        texts.front() != "..") {
      return {SegmentKind::kStatic, texts.front(), {}, 0};
    }
    segment.kind = SegmentKind::kConstrained;
    segment.automaton = std::move(automaton);
    return segment;
  }

  void add(Segment segment) { result_.segments.push_back(std::move(segment)); }

  bool fail(std::size_t offset, std::string message) {
    error_ = {offset + 1, std::move(message)};
    return false;
  }

  bool ignores_case_;
  std::size_t catch_all_offset_ = 0;
  Template result_;
  std::optional<TemplateError> error_;
};

// Whether the groups in `chosen`, a bit for each from 1 on, can be there together: a part of something that
// is missing is missing too.
bool is_possible(std::size_t chosen, std::span<const std::size_t> parent_of) {
  for (std::size_t group = 1; group < parent_of.size(); ++group) {
    const bool is_there = ((chosen >> group) & 1U) != 0;
    const bool parent_is_there = parent_of[group] == 0 || ((chosen >> parent_of[group]) & 1U) != 0;
    if (is_there && !parent_is_there) return false;
  }
  return true;
}

Pieces pieces_of(const Spelling& spelling, std::size_t chosen) {
  Pieces pieces;
  std::ranges::copy_if(spelling.pieces, std::back_inserter(pieces), [chosen](const Piece& piece) {
    return piece.optional == 0 || ((chosen >> piece.optional) & 1U) != 0;
  });
  // "/{lang?}" without its parameter, and its slash, is "/".
  if (pieces.empty() || pieces.front().kind != Piece::Kind::kSlash) {
    Piece slash;
    slash.kind = Piece::Kind::kSlash;
    pieces.insert(pieces.begin(), std::move(slash));
  }
  return pieces;
}

}  // namespace

std::string_view to_string(SegmentKind kind) noexcept {
  switch (kind) {
    case SegmentKind::kStatic:
      return "static text";
    case SegmentKind::kConstrained:
      return "a constrained parameter";
    case SegmentKind::kParameter:
      return "a parameter";
    case SegmentKind::kCatchSome:
    case SegmentKind::kCatchAll:
      break;
  }
  return "a catch-all";
}

Checked<std::vector<Template>, TemplateError> parse_template(std::string_view text, TemplateSyntax syntax,
                                                             bool ignores_case) {
  const auto spelling = spell(text, syntax);
  if (spelling.has_error()) return spelling.error();
  const std::size_t groups = spelling->parent_of.size() - 1;
  if (groups > kMaxOptional) {
    return TemplateError{1, "expected at most " + std::to_string(kMaxOptional) + " optional parts, found " +
                                std::to_string(groups)};
  }
  std::vector<Template> alternatives;
  for (std::size_t chosen = std::size_t{2} << groups;
       chosen-- > 0;) {  // the fullest first; bit 0 is not used
    if ((chosen & 1U) != 0 || !is_possible(chosen, spelling->parent_of)) continue;
    auto alternative = Assembler(ignores_case).assemble(pieces_of(*spelling, chosen), text.size());
    if (alternative.has_error()) return alternative.error();
    if (std::ranges::find(alternatives, *alternative) == alternatives.end()) {
      alternatives.push_back(*std::move(alternative));
    }
  }
  return alternatives;
}

}  // namespace wayside::routes
