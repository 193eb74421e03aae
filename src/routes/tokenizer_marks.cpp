#include "wayside/base/percent.hpp"
#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"

#include "routes/tokenizer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace wayside::routes {
namespace {

// A character of a name that ends where another character follows: ":id".
bool is_identifier_char(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '_';
}

ByteSet any_byte() {
  return ByteSet().set();
}

// path-to-regexp, to which this matters, ignores case.
ByteSet any_byte_but(char c) {
  const char other_case = is_letter(c) ? static_cast<char>(c ^ ' ') : c;
  return ~(byte_set(c) | byte_set(other_case));
}

// Text that does not contain `text`, which is not empty. Of more than one byte, text that does not end in it:
// behind any text and `text`, both stand for the same.
Expression text_without(std::string_view text) {
  if (text.size() == 1) return repeated(one_of(any_byte_but(text.front())), 1);
  std::vector<Expression> choices;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // The last byte that differs, and what is equal behind it.
    const std::string_view equal = text.substr(i + 1);
    choices.push_back(
        sequence({repeated(one_of(any_byte()), 0), one_of(any_byte_but(text[i])), literal(equal)}));
    if (!equal.empty()) choices.push_back(literal(equal));
  }
  return choice(std::move(choices));
}

}  // namespace

bool Tokenizer::read_colon(std::size_t /*end*/) {
  const std::size_t start = at_;
  if (traits_.doubles_colon && next_is("::")) return add_text(":", 2);
  const std::size_t after_name = name_end(start + 1);
  const std::string_view name = text_.substr(start + 1, after_name - start - 1);
  if (traits_.is_cautious) {
    const char before = text_[start - 1];  // exists: a template begins with a slash
    if (before == '}' || before == '>') return add_text(":", 1);
    if ((is_letter(before) || is_digit(before)) && !segment_has_parameter()) {
      return fail(start, "\\: for a colon, or / . or - before a :parameter", text_.substr(start));
    }
    if (name.empty())
      return fail(start + 1, "a name of letters, digits and _ after the colon", text_.substr(start + 1, 1));
  }
  if (name.empty()) return read_text();
  at_ = after_name;
  if (!add_named(Token::Kind::kParameter, name, start + 1, start)) return false;
  result_.tokens.back().may_be_empty = traits_.has_empty_parameters;
  limit_text();
  const bool has_regex = traits_.has_parameter_regexes && next_is("(") &&
                         !(traits_.is_cautious && (next_is("(.:") || next_is("(/")));
  if (has_regex && !read_parenthesized_regex()) return false;
  return read_modifier(start);
}

void Tokenizer::limit_text() {
  auto& tokens = result_.tokens;
  const bool has_text = tokens.size() > 1 && (tokens.end() - 2)->kind == Token::Kind::kText;
  const std::string text = has_text ? percent_decoded((tokens.end() - 2)->text) : std::string();
  const Token::Kind before = has_text && tokens.size() > 2 ? (tokens.end() - 3)->kind : Token::Kind::kSlash;
  const bool is_between = before != Token::Kind::kSlash && before != Token::Kind::kText;
  Token& token = tokens.back();
  if (traits_.dot_ends_parameter || (traits_.dot_ends_extension && text.ends_with('.'))) {
    token.expression = text_without(".");
    token.is_unconstrained = false;
  } else if (traits_.text_between != TextBetween::kAllowed && is_between) {
    token.expression = text_without(text);
    if (traits_.text_between == TextBetween::kAlone)
      token.expression = choice({std::move(token.expression), literal(text)});
    token.is_unconstrained = false;
  } else if (traits_.has_empty_parameters) {
    token.expression = repeated(one_of(any_byte()), 0);
  }
}

bool Tokenizer::read_parenthesized_regex() {
  const std::size_t open = at_;
  const std::size_t end = closing(open, '(', ')');
  if (end == std::string_view::npos) return fail(text_.size(), "a closing )", {});
  at_ = end + 1;
  const std::string_view regex = text_.substr(open + 1, end - open - 1);
  // In another dialect, this is a group with a parameter: (.:format).
  if (regex.starts_with("/") || regex.starts_with(".:")) result_.is_doubtful = true;
  return constrain_by_regex(regex, open + 1);
}

bool Tokenizer::read_regex_group(std::size_t /*end*/) {
  add(Token::Kind::kParameter, at_);
  if (!read_parenthesized_regex()) return false;
  if (at_ == text_.size()) return true;
  Token& token = result_.tokens.back();
  const char mark = text_[at_];
  if (mark != '?' && mark != '*' && mark != '+') return true;
  ++at_;
  const std::size_t max = mark == '?' ? 1 : Expression::kUnbounded;
  token.expression = repeated(std::move(token.expression), mark == '+' ? 1 : 0, max);
  return true;
}

bool Tokenizer::read_modifier(std::size_t start) {
  if (at_ == text_.size() || traits_.modifiers.find(text_[at_]) == std::string_view::npos) return true;
  Token& token = result_.tokens.back();
  switch (text_[at_++]) {
    case '?':
      return make_parameter_optional(start);
    case '*':
      token.kind = traits_.repeated;
      token.takes_slash = is_segment(start);
      return true;
    default:
      token.kind = Token::Kind::kCatchSome;
      return true;
  }
}

bool Tokenizer::read_star(std::size_t end) {
  const std::size_t start = at_;
  const std::size_t segment_end = std::min(text_.find_first_of("/){(", start), end);
  const std::string_view rest = text_.substr(start, segment_end - start);
  if (!last_is(Token::Kind::kSlash)) {
    return fail(start, "*, ** or *name as a whole segment, or \\* for a star", rest);
  }
  at_ = segment_end;
  if (rest == "*") {
    add(Token::Kind::kParameter, start);
    return leave_unconstrained();
  }
  if (rest == "**") {
    add(Token::Kind::kCatchAll, start);
    result_.tokens.back().takes_slash = is_segment(start);
    return true;
  }
  if (identifier_end(start + 1) != segment_end) {
    return fail(start, "* for one segment, ** for the rest of the path, or *name", rest);
  }
  return add_named(Token::Kind::kCatchSome, rest.substr(1), start + 1, start);
}

bool Tokenizer::read_splat(std::size_t /*end*/) {
  const std::size_t start = at_;
  ++at_;
  if (traits_.splat_is_last && at_ != text_.size()) return fail(start, "* at the end", text_.substr(start));
  // Two stars, or one with a name, are in other dialects more than any text.
  if (at_ < text_.size() && (text_[at_] == '*' || is_identifier_char(text_[at_]))) result_.is_doubtful = true;
  return add(Token::Kind::kCatchAll, start);
}

bool Tokenizer::read_glob(std::size_t /*end*/) {
  const std::size_t start = at_;
  const std::size_t after_name = name_end(start + 1);
  at_ = after_name;
  return add_named(traits_.glob, text_.substr(start + 1, after_name - start - 1), start + 1, start);
}

bool Tokenizer::read_ant_star(std::size_t /*end*/) {
  const std::size_t start = at_;
  at_ = std::min(text_.find_first_not_of('*', start), text_.size());
  // With a name behind it, it is a catch-all in other dialects.
  if (at_ < text_.size() && is_identifier_char(text_[at_])) result_.is_doubtful = true;
  if (at_ - start == 2 && is_segment(start)) {
    add(Token::Kind::kCatchAll, start);
    result_.tokens.back().takes_slash = true;
    return true;
  }
  add(Token::Kind::kParameter, start);
  if (is_segment(start)) return leave_unconstrained();
  result_.tokens.back().expression = repeated(one_of(any_byte()), 0);
  return true;
}

bool Tokenizer::read_any_character(std::size_t /*end*/) {
  add(Token::Kind::kParameter, at_);
  result_.tokens.back().expression = one_character(any_byte());
  ++at_;
  return true;
}

bool Tokenizer::read_optional_mark(std::size_t /*end*/) {
  ++at_;
  make_last_optional();
  return true;
}

bool Tokenizer::read_repetition_mark(std::size_t /*end*/) {
  ++at_;
  Token& last = result_.tokens.back();
  if (last.kind != Token::Kind::kText)
    return fail(at_ - 1, "a character before the +", text_.substr(at_ - 1));
  split_last_character();
  Token& repeated_token = result_.tokens.back();
  repeated_token.kind = Token::Kind::kParameter;
  repeated_token.expression = repeated(literal(percent_decoded(repeated_token.text)), 1);
  repeated_token.text.clear();
  return true;
}

std::size_t Tokenizer::name_end(std::size_t from) const noexcept {
  switch (traits_.name_end) {
    case NameEnd::kFastify:
      return std::min(text_.find_first_of("/-.(?", from), text_.size());
    case NameEnd::kSlash:
      return std::min(text_.find('/', from), text_.size());
    case NameEnd::kWord:
      break;
  }
  return identifier_end(from);
}

std::size_t Tokenizer::identifier_end(std::size_t from) const noexcept {
  while (from < text_.size() && is_identifier_char(text_[from]))
    ++from;
  return from;
}

}  // namespace wayside::routes
