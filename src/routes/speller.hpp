// The reader behind spelling.hpp: one pass from left to right over the text of a template.
//
// A class of its own because its functions are many; spelling.cpp has those for text and for what may be
// missing, spelling_parameters.cpp one for each way to write a parameter.
#pragma once

#include "routes/converter.hpp"
#include "routes/spelling.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::routes {

// The first mistake ends it: each function that returns false has left one in error_.
class Speller {
 public:
  Speller(std::string_view text, TemplateSyntax syntax) : text_(text), syntax_(syntax) {
    result_.parent_of.push_back(0);
  }
  Checked<Spelling, TemplateError> spell();

 private:
  bool spell_until(std::size_t end);
  bool spell_one(std::size_t end);

  // Text.
  bool spell_text();
  bool add_text(std::size_t size);
  bool spell_escape();

  // Optional groups.
  bool spell_group(char open, char close);
  std::size_t new_group();

  // The slash before the last piece and all since then may be missing.
  bool make_segment_optional(std::size_t offset);

  // {name}.
  bool spell_braces();

  // OpenAPI gives names no form, and nothing but a name stands between its braces.
  bool add_openapi_parameter(std::string_view name, std::size_t start);

  // {id:int}, {id:int?}, {id:int:min(1)}, {id:[0-9]+}
  bool add_constrained(std::string_view name, std::string_view constraint, std::size_t start,
                       std::size_t offset, bool& is_optional);

  // Constraints on how large a number is, which are not checked.
  static bool is_about_value(std::string_view name) noexcept;

  // In braces, int and float have a sign (ASP.NET), and a float may be whole (Starlette).
  std::optional<Converter> convert_in_braces(std::string_view text, std::size_t offset);

  // <converter:name>.
  bool spell_angles();

  // Quotes may hide a bracket: <regex("<[a-z]>"):x>.
  std::size_t closing_angle(std::size_t start) const;

  // :name and *name.
  bool spell_colon();
  bool spell_parenthesized_regex();

  // :id?, :rest*, :rest+
  bool spell_modifier(std::size_t start);
  bool spell_star(std::size_t end);
  std::size_t identifier_end(std::size_t from) const noexcept;

  // What they have in common.
  bool next_is(std::string_view text) const noexcept { return text_.substr(at_).starts_with(text); }
  bool last_is(Piece::Kind kind) const noexcept;

  // Where what opens at `start` closes; brackets of the same kind may stand inside, and escaped ones.
  std::size_t closing(std::size_t start, char open, char close) const;
  bool add(Piece::Kind kind, std::size_t offset);

  // A piece with a name, not constrained yet. `offset` is the name's, `start` the piece's.
  bool add_named(Piece::Kind kind, std::string_view name, std::size_t offset, std::size_t start);
  bool add_converted(std::string_view name, std::size_t offset, Converter converter, std::size_t start,
                     Piece::Kind catch_kind);
  bool leave_unconstrained();

  // "int", "any(a,b)"; nullopt after a mistake.
  std::optional<Converter> convert(std::string_view text, std::size_t offset);
  bool constrain_by_regex(std::string_view regex, std::size_t offset);
  bool fail(std::size_t offset, std::string_view what, std::string_view found);

  std::string_view text_;
  TemplateSyntax syntax_;
  std::size_t at_ = 0;
  std::size_t group_ = 0;
  Spelling result_;
  std::optional<TemplateError> error_;
};

}  // namespace wayside::routes
