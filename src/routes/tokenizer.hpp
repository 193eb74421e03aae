// The class behind tokenize(): one pass from left to right over the text of a template.
//
// The dialect's traits choose the functions that read special characters. tokenizer.cpp has the pass itself,
// text and optional groups, tokenizer_brackets.cpp the parameters in brackets, tokenizer_marks.cpp those
// behind a colon or a star, and tokenizer_regex.cpp templates that are regular expressions.
#pragma once

#include "routes/converter.hpp"
#include "routes/dialect_traits.hpp"
#include "routes/tokens.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::routes {

// A function that returns false has set error_, which ends the pass. Offsets are in text_, in bytes from 0.
class Tokenizer {
 public:
  Tokenizer(std::string_view text, Dialect dialect) : text_(text), traits_(traits_of(dialect)) {
    result_.parent_of.push_back(0);
  }
  Checked<TokenizedTemplate, TemplateError> tokenize();

  // The readers of dialect_traits.hpp.

  // {id} and its kin, in the forms of the dialect.
  bool read_braces(std::size_t end);
  // The same, or an optional group: {/:id}, {.:ext}.
  bool read_any_braces(std::size_t end);
  // In OpenAPI, the text between the braces is a name, whatever it is.
  bool read_openapi_braces(std::size_t end);
  // {name}, {+splat}
  bool read_sinatra_braces(std::size_t end);
  // {/:id}
  bool read_brace_group(std::size_t end);
  // <id>, <int:id>
  bool read_angles(std::size_t end);
  // :id, :id(\d+)
  bool read_colon(std::size_t end);
  // Of any framework: *, **, *rest
  bool read_star(std::size_t end);
  // * is any text, slashes included.
  bool read_splat(std::size_t end);
  // *rest
  bool read_glob(std::size_t end);
  // Of Spring: ** is any number of segments, * any text of a segment.
  bool read_ant_star(std::size_t end);
  // Of Spring: ? is one character.
  bool read_any_character(std::size_t end);
  // (/:id)
  bool read_parenthesis_group(std::size_t end);
  // The same where it begins like one of Rails; else text.
  bool read_any_parenthesis(std::size_t end);
  // (a|b)
  bool read_regex_group(std::size_t end);
  // ? makes the character, parameter or group before it optional.
  bool read_optional_mark(std::size_t end);
  // + repeats the character before it.
  bool read_repetition_mark(std::size_t end);
  // \:
  bool read_escape(std::size_t end);

 private:
  bool read_all();
  bool read_until(std::size_t end);
  bool read_one(std::size_t end);

  // A template that is one regular expression: "^users/(?P<id>\d+)/$".
  bool read_regex_template();
  bool add_expression(const Expression& expression, std::size_t offset);

  // The part of a Go pattern before its first slash.
  bool read_host();

  bool read_text();
  bool add_text(std::string_view text, std::size_t size);

  bool read_group(char open, char close);
  std::size_t new_group();

  // Makes the last token optional, together with the slash or the dot before it.
  bool make_parameter_optional(std::size_t offset);
  void make_last_optional();
  // Cuts the last character off the last token, which is text, as a token without a neighbour to join.
  void split_last_character();

  // {id:int}, {id:int?}, {id:int:min(1)}, {id:[0-9]+}
  bool add_constrained(std::string_view name, std::string_view constraint, std::size_t start,
                       std::size_t offset, bool& is_optional);

  // Whether the constraint is about a number's value, which is not checked.
  static bool is_about_value(std::string_view name) noexcept;

  // In braces of any framework, int and float may have a sign (ASP.NET), and a float no fraction (Starlette).
  std::optional<Converter> convert_in_braces(std::string_view text, std::size_t offset);

  // Quotes may hide a bracket: <regex("<[a-z]>"):x>.
  std::size_t closing_angle(std::size_t start) const;

  bool read_parenthesized_regex();

  // What the last token, a :parameter, may contain where no regular expression says it.
  void limit_text();

  // :id?, :rest*, :rest+
  bool read_modifier(std::size_t start);

  std::size_t name_end(std::size_t from) const noexcept;
  std::size_t identifier_end(std::size_t from) const noexcept;

  bool next_is(std::string_view text) const noexcept { return text_.substr(at_).starts_with(text); }
  bool last_is(Token::Kind kind) const noexcept;
  // Whether the segment that is being read has a parameter.
  bool segment_has_parameter() const noexcept;
  // Whether the text from `start` up to at_ is a whole segment.
  bool is_segment(std::size_t start) const noexcept;

  // The place of the bracket that closes the one at `start`; npos where there is none. Escaped brackets do
  // not count, and pairs of the same kind may be nested.
  std::size_t closing(std::size_t start, char open, char close) const;
  bool add(Token::Kind kind, std::size_t offset);

  // Adds a token with a name and without a constraint. `offset` is the name's, `start` the token's.
  bool add_named(Token::Kind kind, std::string_view name, std::size_t offset, std::size_t start);
  bool add_converted(std::string_view name, std::size_t offset, Converter converter, std::size_t start,
                     Token::Kind catch_kind);
  bool leave_unconstrained();
  // The last token is of this form, and crosses slashes where the expression does.
  bool constrain(Expression expression);

  // "int", "any(a,b)"; nothing after a mistake.
  std::optional<Converter> convert(std::string_view text, std::size_t offset);
  bool constrain_by_regex(std::string_view regex, std::size_t offset);
  bool fail(std::size_t offset, std::string_view what, std::string_view found);

  std::string_view text_;
  const DialectTraits& traits_;
  std::size_t at_ = 0;
  std::size_t group_ = 0;
  TokenizedTemplate result_;
  std::optional<TemplateError> error_;
};

}  // namespace wayside::routes
