// The class behind tokenize(): one pass from left to right over the text of a template.
//
// tokenizer.cpp has its functions for text and optional groups, tokenizer_parameters.cpp those for
// parameters.
#pragma once

#include "routes/converter.hpp"
#include "routes/tokens.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::routes {

// A function that returns false has set error_, which ends the pass. Offsets are in text_, in bytes from 0.
class Tokenizer {
 public:
  Tokenizer(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {
    result_.parent_of.push_back(0);
  }
  Checked<TokenizedTemplate, TemplateError> tokenize();

 private:
  bool read_until(std::size_t end);
  bool read_one(std::size_t end);

  bool read_text();
  bool add_text(std::size_t size);
  bool read_escape();

  // (/:id), {/:id}
  bool read_group(char open, char close);
  std::size_t new_group();

  // Makes the last token and the slash before it optional.
  bool make_segment_optional(std::size_t offset);

  // {id} and its kin.
  bool read_braces();

  // In OpenAPI, the text between the braces is a name, whatever it is.
  bool add_openapi_parameter(std::string_view name, std::size_t start);

  // {id:int}, {id:int?}, {id:int:min(1)}, {id:[0-9]+}
  bool add_constrained(std::string_view name, std::string_view constraint, std::size_t start,
                       std::size_t offset, bool& is_optional);

  // Whether the constraint is about a number's value, which is not checked.
  static bool is_about_value(std::string_view name) noexcept;

  // In braces, int and float may have a sign (ASP.NET), and a float no fraction (Starlette).
  std::optional<Converter> convert_in_braces(std::string_view text, std::size_t offset);

  // <id>, <int:id>
  bool read_angles();

  // Quotes may hide a bracket: <regex("<[a-z]>"):x>.
  std::size_t closing_angle(std::size_t start) const;

  // :id, :id(\d+)
  bool read_colon();
  bool read_parenthesized_regex();

  // :id?, :rest*, :rest+
  bool read_modifier(std::size_t start);

  // *, **, *rest
  bool read_star(std::size_t end);
  std::size_t identifier_end(std::size_t from) const noexcept;

  bool next_is(std::string_view text) const noexcept { return text_.substr(at_).starts_with(text); }
  bool last_is(Token::Kind kind) const noexcept;

  // The place of the bracket that closes the one at `start`; npos where there is none. Escaped brackets do
  // not count, and pairs of the same kind may be nested.
  std::size_t closing(std::size_t start, char open, char close) const;
  bool add(Token::Kind kind, std::size_t offset);

  // Adds a token with a name and without a constraint. `offset` is the name's, `start` the token's.
  bool add_named(Token::Kind kind, std::string_view name, std::size_t offset, std::size_t start);
  bool add_converted(std::string_view name, std::size_t offset, Converter converter, std::size_t start,
                     Token::Kind catch_kind);
  bool leave_unconstrained();

  // "int", "any(a,b)"; nothing after a mistake.
  std::optional<Converter> convert(std::string_view text, std::size_t offset);
  bool constrain_by_regex(std::string_view regex, std::size_t offset);
  bool fail(std::size_t offset, std::string_view what, std::string_view found);

  std::string_view text_;
  Dialect dialect_;
  std::size_t at_ = 0;
  std::size_t group_ = 0;
  TokenizedTemplate result_;
  std::optional<TemplateError> error_;
};

}  // namespace wayside::routes
