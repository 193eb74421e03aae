#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"

#include "routes/constraint/regex.hpp"
#include "routes/tokenizer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wayside::routes {
namespace {

constexpr std::string_view kEllipsis = "...";

// A character of a name in brackets, which end it.
bool is_name_char(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '$' || c == '@';
}

// Whether some frameworks match the constraint across slashes, and others within a segment.
bool crosses_slashes_somewhere(std::string_view regex) noexcept {
  return regex == ".*" || regex == ".+" || regex == "(.*)" || regex == "(.+)" || regex == ".*?" ||
         regex == ".+?";
}

// A word of small letters and its arguments: "int", "any(a,b)".
struct Call {
  std::string_view name;
  std::string_view arguments;
};

std::optional<Call> as_call(std::string_view text) noexcept {
  const std::size_t open = std::min(text.find('('), text.size());
  const std::string_view name = text.substr(0, open);
  const bool is_word =
      !name.empty() && std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
  if (!is_word) return std::nullopt;
  if (open == text.size()) return Call{name, {}};
  if (!text.ends_with(')')) return std::nullopt;
  return Call{name, text.substr(open + 1, text.size() - open - 2)};
}

}  // namespace

bool Tokenizer::read_any_braces(std::size_t end) {
  return next_is("{/") || next_is("{.:") || next_is("{-:") ? read_group('{', '}') : read_braces(end);
}

bool Tokenizer::read_braces(std::size_t /*end*/) {
  const BraceForms& forms = traits_.braces;
  const std::size_t start = at_;
  const std::size_t end = closing(start, '{', '}');
  if (end == std::string_view::npos) return fail(text_.size(), "} after the name of the parameter", {});
  std::string_view inside = text_.substr(start + 1, end - start - 1);
  at_ = end + 1;
  if (forms.is_segment && !is_segment(start))
    return fail(start, "a parameter to be a whole segment", text_.substr(start));
  if (forms.end_mark && inside == "$") return add(Token::Kind::kEnd, start);
  const std::size_t stars = forms.stars ? std::min(inside.find_first_not_of('*'), inside.size()) : 0;
  if (stars != 0) {
    if (stars > 2) return fail(start + 1, "{*name} or {**name}", inside);
    return add_named(Token::Kind::kCatchAll, inside.substr(stars), start + 1 + stars, start);
  }
  if (forms.ellipsis && inside.ends_with(kEllipsis)) {
    inside.remove_suffix(kEllipsis.size());
    if (forms.is_segment && at_ != text_.size())
      return fail(start, "{name...} at the end", text_.substr(start));
    return add_named(Token::Kind::kCatchAll, inside, start + 1, start);
  }
  const bool has_constraints = forms.converters || forms.regexes;
  const std::string_view separators =
      has_constraints ? (forms.defaults ? ":=?" : ":") : (forms.defaults ? "=?" : "");
  const std::size_t name_end = std::min(inside.find_first_of(separators), inside.size());
  const std::string_view name = inside.substr(0, name_end);
  const std::string_view rest = inside.substr(name_end);
  bool is_optional = rest == "?" || rest.starts_with('=');
  if (rest.starts_with(':')) {
    if (!add_constrained(name, rest.substr(1), start, start + 1 + name_end + 1, is_optional)) return false;
  } else if (rest.starts_with('?') && rest != "?") {
    return fail(start + 1 + name_end + 1, "} after the ?", rest.substr(1));
  } else if (!add_named(Token::Kind::kParameter, name, start + 1, start)) {
    return false;
  } else if (forms.ends_at_next && at_ < text_.size() && text_[at_] != '/') {
    result_.tokens.back().expression = repeated(one_of(~byte_set(text_[at_])), 0);
    result_.tokens.back().is_unconstrained = false;
  }
  return !is_optional || make_parameter_optional(start);
}

bool Tokenizer::read_openapi_braces(std::size_t /*end*/) {
  const std::size_t start = at_;
  const std::size_t end = closing(start, '{', '}');
  if (end == std::string_view::npos) return fail(text_.size(), "} after the name of the parameter", {});
  at_ = end + 1;
  const std::string_view name = text_.substr(start + 1, end - start - 1);
  if (name.empty()) return fail(start + 1, "a name between the braces", text_.substr(start, 2));
  if (std::ranges::any_of(name, [](char c) { return c == ':' || c == '*'; })) result_.is_doubtful = true;
  add(Token::Kind::kParameter, start);
  result_.tokens.back().text = name;
  return leave_unconstrained();
}

bool Tokenizer::read_sinatra_braces(std::size_t /*end*/) {
  const std::size_t start = at_;
  const std::size_t end = closing(start, '{', '}');
  if (end == std::string_view::npos) return fail(text_.size(), "} after the name of the parameter", {});
  at_ = end + 1;
  const std::string_view name = text_.substr(start + 1, end - start - 1);
  if (name.starts_with('+')) return add(Token::Kind::kCatchAll, start);
  if (!std::ranges::all_of(name, is_name_char)) result_.is_doubtful = true;
  return add_named(Token::Kind::kParameter, name, start + 1, start);
}

bool Tokenizer::add_constrained(std::string_view name, std::string_view constraint, std::size_t start,
                                std::size_t offset, bool& is_optional) {
  std::string_view calls = constraint;
  if (calls.ends_with('?')) calls.remove_suffix(1);
  if (const std::size_t equals = calls.find('=');
      equals != std::string_view::npos && calls.find('(') == std::string_view::npos) {
    calls = calls.substr(0, equals);  // {page:int=1}
  }
  // A word alone is meant as a converter; a word with parentheses may also be a regular expression.
  const std::string_view word = calls.substr(0, calls.find_first_of(":("));
  const bool has_parentheses = word.size() < calls.size() && calls[word.size()] == '(';
  const bool is_regex =
      !as_call(word) || (has_parentheses && !is_converter(word)) || !traits_.braces.converters;
  // A word alone is no regular expression that somebody needs.
  if (is_regex && as_call(constraint)) result_.is_doubtful = true;
  if (is_regex && traits_.braces.regexes) {
    return add_named(Token::Kind::kParameter, name, start + 1, start) &&
           constrain_by_regex(constraint, offset);
  }
  if (is_regex) {  // the name of an own converter with other characters
    result_.is_doubtful = true;
    is_optional = constraint.ends_with('?');
    return add_named(Token::Kind::kParameter, name, start + 1, start);
  }
  is_optional = calls.size() != constraint.size();
  std::optional<Converter> chosen;
  while (!calls.empty()) {
    // The end is the colon of a chain, not a colon within parentheses.
    const std::size_t open = std::min(calls.find('('), calls.size());
    std::size_t end = std::min(calls.find(':'), calls.size());
    if (end > open) {
      const bool may_nest = calls.substr(0, open) == "regex";  // may contain parentheses
      const std::size_t close = may_nest ? calls.rfind(')') : calls.find(')', open);
      end = std::min(calls.find(':', close), calls.size());
    }
    auto converter = convert_in_braces(calls.substr(0, end), offset);
    if (!converter) return false;
    const bool says_more = !converter->is_unconstrained;
    if (chosen && !chosen->is_unconstrained && says_more && !is_about_value(calls.substr(0, open))) {
      return fail(offset, "one constraint for the form of a parameter", calls.substr(0, end));
    }
    if (!chosen || chosen->is_unconstrained) chosen = std::move(converter);
    offset += std::min(end + 1, calls.size());
    calls.remove_prefix(std::min(end + 1, calls.size()));
  }
  if (!chosen) return fail(offset, "a constraint after the colon", {});
  return add_converted(name, start + 1, *std::move(chosen), start, Token::Kind::kCatchAll);
}

bool Tokenizer::is_about_value(std::string_view name) noexcept {
  return name == "min" || name == "max" || name == "range" || name == "required";
}

std::optional<Converter> Tokenizer::convert_in_braces(std::string_view text, std::size_t offset) {
  if (traits_.converters != ConverterSet::kAll) return convert(text, offset);
  if (text == "int") return convert("long", offset);
  if (text == "float") return convert("double", offset);
  return convert(text, offset);
}

bool Tokenizer::read_angles(std::size_t /*end*/) {
  const std::size_t start = at_;
  const std::size_t end = closing_angle(start);
  if (end == std::string_view::npos) return fail(text_.size(), "> after the name of the parameter", {});
  const std::string_view inside = text_.substr(start + 1, end - start - 1);
  at_ = end + 1;
  const std::size_t colon = inside.rfind(':');
  if (colon == std::string_view::npos) return add_named(Token::Kind::kParameter, inside, start + 1, start);
  auto converter = convert(inside.substr(0, colon), start + 1);
  if (!converter) return false;
  return add_converted(inside.substr(colon + 1), start + 1 + colon + 1, *std::move(converter), start,
                       Token::Kind::kCatchSome);
}

std::size_t Tokenizer::closing_angle(std::size_t start) const {
  char quote = 0;
  for (std::size_t i = start + 1; i < text_.size(); ++i) {
    const char c = text_[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i;
    }
  }
  return std::string_view::npos;
}

bool Tokenizer::add_named(Token::Kind kind, std::string_view name, std::size_t offset, std::size_t start) {
  if (name.empty()) return fail(offset, "a name of the parameter", text_.substr(start, at_ - start));
  if (!traits_.is_cautious) {
    if (!std::ranges::all_of(name, is_name_char)) result_.is_doubtful = true;
    add(kind, start);
    result_.tokens.back().text = name;
    return leave_unconstrained();
  }
  const auto odd = std::ranges::find_if_not(name, is_name_char);
  if (odd != name.end()) {
    return fail(offset + static_cast<std::size_t>(odd - name.begin()),
                "a name of letters, digits, - . $ @ and _", text_.substr(start, at_ - start));
  }
  const bool is_known = std::ranges::any_of(result_.tokens, [name](const Token& token) {
    return token.kind != Token::Kind::kText && token.text == name;
  });
  if (is_known) return fail(start, "each parameter's name once", text_.substr(start, at_ - start));
  add(kind, start);
  result_.tokens.back().text = name;
  return leave_unconstrained();
}

bool Tokenizer::add_converted(std::string_view name, std::size_t offset, Converter converter,
                              std::size_t start, Token::Kind catch_kind) {
  const bool is_path = converter.kind == Converter::Kind::kPath;
  if (!add_named(is_path ? catch_kind : Token::Kind::kParameter, name, offset, start)) return false;
  result_.tokens.back().expression = std::move(converter.expression);
  result_.tokens.back().is_unconstrained = converter.is_unconstrained;
  return true;
}

bool Tokenizer::leave_unconstrained() {
  result_.tokens.back().expression = any_text();
  result_.tokens.back().is_unconstrained = true;
  return true;
}

std::optional<Converter> Tokenizer::convert(std::string_view text, std::size_t offset) {
  const auto call = as_call(text);
  const bool is_known = call && is_converter(call->name, traits_.converters);
  if (!is_known && traits_.has_own_converters && !text.empty()) {
    result_.is_doubtful = true;
    return unconstrained_converter();
  }
  if (!is_known) {
    fail(offset, fmt::format("one of {}, or a regular expression", converter_names()), text);
    return std::nullopt;
  }
  auto converter = make_converter(call->name, call->arguments, traits_.converters);
  if (converter.has_error()) {
    error_ = {offset + 1, converter.error()};
    return std::nullopt;
  }
  return *std::move(converter);
}

bool Tokenizer::constrain_by_regex(std::string_view regex, std::size_t offset) {
  if (traits_.regex_reach == RegexReach::kUnclear && crosses_slashes_somewhere(regex)) {
    return fail(offset, "{name} for one segment or {name...} for the rest of the path", regex);
  }
  auto expression = parse_regex(regex, traits_.word_characters);
  if (expression.has_error()) {
    error_ = {offset + expression.error().offset + 1, expression.error().message};
    return false;
  }
  return constrain(*std::move(expression));
}

bool Tokenizer::constrain(Expression expression) {
  Token& token = result_.tokens.back();
  if (traits_.regex_reach == RegexReach::kPath && can_contain(expression, '/'))
    token.kind = Token::Kind::kCrossing;
  token.expression = std::move(expression);
  token.is_unconstrained = false;
  return true;
}

}  // namespace wayside::routes
