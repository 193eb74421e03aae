#include "routes/tokenizer.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/quote.hpp"

#include "routes/tokens.hpp"

#include <fmt/format.h>
#include <utility>

namespace wayside::routes {

Checked<TokenizedTemplate, TemplateError> Tokenizer::tokenize() {
  if (!text_.starts_with('/')) {
    fail(0, "a template that begins with /", text_);
  } else if (read_until(text_.size())) {
    return std::move(result_);
  }
  return *std::move(error_);
}

bool Tokenizer::read_until(std::size_t end) {
  while (at_ < end) {
    if (!read_one(end)) return false;
  }
  return true;
}

bool Tokenizer::read_one(std::size_t end) {
  const bool reads_all = dialect_ == Dialect::kAuto;
  switch (text_[at_]) {
    case '/':
      add(Token::Kind::kSlash, at_);
      ++at_;
      return true;
    case '{':
      return reads_all && text_.substr(at_).starts_with("{/") ? read_group('{', '}') : read_braces();
    case '<':
      if (reads_all) return read_angles();
      break;
    case ':':
      if (reads_all) return read_colon();
      break;
    case '*':
      if (reads_all) return read_star(end);
      break;
    case '(':
      // A group is (/:id) or (.:format); any other parenthesis is text.
      if (reads_all && (next_is("(/") || next_is("(.:"))) return read_group('(', ')');
      break;
    case '\\':
      if (reads_all) return read_escape();
      break;
    default:
      break;
  }
  return read_text();
}

bool Tokenizer::read_text() {
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

bool Tokenizer::add_text(std::size_t size) {
  if (!last_is(Token::Kind::kText)) add(Token::Kind::kText, at_);
  result_.tokens.back().text += text_.substr(at_, size);
  at_ += size;
  return true;
}

bool Tokenizer::read_escape() {
  ++at_;
  if (at_ < text_.size() && text_[at_] != '/' && is_segment_char(text_[at_])) return add_text(1);
  return fail(at_, "a character of a URL path after the backslash", text_.substr(at_, 1));
}

bool Tokenizer::read_group(char open, char close) {
  const std::size_t start = at_;
  const std::size_t end = closing(start, open, close);
  if (end == std::string_view::npos) return fail(text_.size(), fmt::format("a closing {}", close), {});
  const std::size_t outer = std::exchange(group_, new_group());
  ++at_;
  if (!read_until(end)) return false;
  at_ = end + 1;
  group_ = outer;
  return true;
}

std::size_t Tokenizer::new_group() {
  result_.parent_of.push_back(group_);
  return result_.parent_of.size() - 1;
}

bool Tokenizer::make_segment_optional(std::size_t offset) {
  const bool is_whole = (at_ == text_.size() || text_[at_] == '/' || text_[at_] == ')') &&
                        result_.tokens.size() >= 2 && (result_.tokens.end() - 2)->kind == Token::Kind::kSlash;
  if (!is_whole) return fail(offset, "an optional parameter to be a whole segment", text_.substr(offset));
  const std::size_t group = new_group();
  result_.tokens.back().optional = (result_.tokens.end() - 2)->optional = group;
  return true;
}

bool Tokenizer::last_is(Token::Kind kind) const noexcept {
  return !result_.tokens.empty() && result_.tokens.back().kind == kind &&
         result_.tokens.back().optional == group_;
}

std::size_t Tokenizer::closing(std::size_t start, char open, char close) const {
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

bool Tokenizer::add(Token::Kind kind, std::size_t offset) {
  Token token;
  token.kind = kind;
  token.offset = offset;
  token.optional = group_;
  result_.tokens.push_back(std::move(token));
  return true;
}

bool Tokenizer::fail(std::size_t offset, std::string_view what, std::string_view found) {
  error_ = {offset + 1,
            fmt::format("expected {}, found {}", what, found.empty() ? "the end" : quoted(found))};
  return false;
}

Checked<TokenizedTemplate, TemplateError> tokenize(std::string_view text, Dialect dialect) {
  return Tokenizer(text, dialect).tokenize();
}

}  // namespace wayside::routes
