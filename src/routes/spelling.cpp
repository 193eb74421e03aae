#include "routes/spelling.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/quote.hpp"

#include "routes/speller.hpp"

#include <utility>

namespace wayside::routes {

Checked<Spelling, TemplateError> Speller::spell() {
  if (!text_.starts_with('/')) {
    fail(0, "a template that begins with /", text_);
  } else if (spell_until(text_.size())) {
    return std::move(result_);
  }
  return *std::move(error_);
}

bool Speller::spell_until(std::size_t end) {
  while (at_ < end) {
    if (!spell_one(end)) return false;
  }
  return true;
}

bool Speller::spell_one(std::size_t end) {
  const bool is_any_syntax = syntax_ == TemplateSyntax::kAny;
  switch (text_[at_]) {
    case '/':
      add(Piece::Kind::kSlash, at_);
      ++at_;
      return true;
    case '{':
      return is_any_syntax && text_.substr(at_).starts_with("{/") ? spell_group('{', '}') : spell_braces();
    case '<':
      if (is_any_syntax) return spell_angles();
      break;
    case ':':
      if (is_any_syntax) return spell_colon();
      break;
    case '*':
      if (is_any_syntax) return spell_star(end);
      break;
    case '(':
      // (/:id) and (.:format) only: a parenthesis may stand in a path.
      if (is_any_syntax && (next_is("(/") || next_is("(.:"))) return spell_group('(', ')');
      break;
    case '\\':
      if (is_any_syntax) return spell_escape();
      break;
    default:
      break;
  }
  return spell_text();
}

bool Speller::spell_text() {
  const char c = text_[at_];
  if (c == '}') return fail(at_, "{ before }", text_.substr(at_));
  if (c == '?' || c == '#') return fail(at_, "a path without a query or fragment", text_.substr(at_));
  if (c == '%') {
    if (percent_decoded_byte(text_, at_) < 0)
      return fail(at_, "two hexadecimal digits after %", text_.substr(at_, kPercentTriple));
    return add_text(kPercentTriple);
  }
  if (!is_segment_char(c)) {
    return fail(at_, "a character of a URL path (others percent-encoded)", text_.substr(at_, 1));
  }
  return add_text(1);
}

bool Speller::add_text(std::size_t size) {
  if (!last_is(Piece::Kind::kText)) add(Piece::Kind::kText, at_);
  result_.pieces.back().text += text_.substr(at_, size);
  at_ += size;
  return true;
}

bool Speller::spell_escape() {
  ++at_;
  if (at_ < text_.size() && text_[at_] != '/' && is_segment_char(text_[at_])) return add_text(1);
  return fail(at_, "a character of a URL path after the backslash", text_.substr(at_, 1));
}

bool Speller::spell_group(char open, char close) {
  const std::size_t start = at_;
  const std::size_t end = closing(start, open, close);
  if (end == std::string_view::npos) return fail(text_.size(), std::string("a closing ") + close, {});
  const std::size_t outer = std::exchange(group_, new_group());
  ++at_;
  if (!spell_until(end)) return false;
  at_ = end + 1;
  group_ = outer;
  return true;
}

std::size_t Speller::new_group() {
  result_.parent_of.push_back(group_);
  return result_.parent_of.size() - 1;
}

bool Speller::make_segment_optional(std::size_t offset) {
  const bool is_whole = (at_ == text_.size() || text_[at_] == '/' || text_[at_] == ')') &&
                        result_.pieces.size() >= 2 && (result_.pieces.end() - 2)->kind == Piece::Kind::kSlash;
  if (!is_whole) return fail(offset, "an optional parameter to be a whole segment", text_.substr(offset));
  const std::size_t group = new_group();
  result_.pieces.back().optional = (result_.pieces.end() - 2)->optional = group;
  return true;
}

bool Speller::last_is(Piece::Kind kind) const noexcept {
  return !result_.pieces.empty() && result_.pieces.back().kind == kind &&
         result_.pieces.back().optional == group_;
}

std::size_t Speller::closing(std::size_t start, char open, char close) const {
  std::size_t depth = 0;
  for (std::size_t i = start; i < text_.size(); ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == open) {
      ++depth;
    } else if (text_[i] == close && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

bool Speller::add(Piece::Kind kind, std::size_t offset) {
  Piece piece;
  piece.kind = kind;
  piece.offset = offset;
  piece.optional = group_;
  result_.pieces.push_back(std::move(piece));
  return true;
}

bool Speller::fail(std::size_t offset, std::string_view what, std::string_view found) {
  error_ = {offset + 1,
            "expected " + std::string(what) + ", found " + (found.empty() ? "the end" : quoted(found))};
  return false;
}

Checked<Spelling, TemplateError> spell(std::string_view text, TemplateSyntax syntax) {
  return Speller(text, syntax).spell();
}

}  // namespace wayside::routes
