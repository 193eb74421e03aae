// One template, taken to pieces: the only place that knows how each framework spells a parameter.
//
//     {id}  {id?}  {id=1}  {id:int}  {id:[0-9]+}        OpenAPI, FastAPI, Go, ASP.NET, Spring, chi, Gorilla
//     {rest...}  {*rest}  {**rest}  {rest:path}  {$}    the same, for what is left of the path, and its end
//     <id>  <int:id>  <any(a,b):x>  <path:rest>         Flask, Django
//     :id  :id(\d+)  :id?  :rest*  :rest+  *rest        Express, Rails, Gin, Fastify
//     (/:id)  (.:format)  {/:id}                        what may be missing: Rails, Express 5
//     *  **                                             one segment, and what is left
//     \:                                                a character that means itself
//
// A colon begins a parameter at the beginning of a segment and behind - . ~ and other punctuation. Between
// two letters it could be either, and so is an error; behind a closing brace it is a colon, as in
// {name}:cancel.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/routes/route_table.hpp"

#include "routes/constraint/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

struct Piece {
  enum class Kind : std::uint8_t {
    kSlash,
    kText,       // `text` as it stands in a path, percent-encoded as written
    kParameter,  // a part of a segment that `expression` describes
    kCatchAll,   // all that is left of the path, nothing included
    kCatchSome,  // all that is left of the path, at least one segment
    kEnd,        // {$}: nothing, and nothing follows
  };
  Kind kind = Kind::kText;
  std::string text;               // the text, or the parameter's name: empty for * and **
  Expression expression;          // of kParameter
  bool is_unconstrained = false;  // kParameter: any text will do
  std::size_t offset = 0;         // in the template, from 0
  std::size_t optional = 0;       // the group of pieces that may be missing together; 0: always there
};

struct Spelling {
  std::vector<Piece> pieces;           // begin with a kSlash
  std::vector<std::size_t> parent_of;  // by optional group: the group it is part of; [0] is 0
};

struct TemplateError {
  std::size_t column =
      0;                // byte of the text, from 1; one past the last where something is missing at the end
  std::string message;  // "expected …, found …"
};

Checked<Spelling, TemplateError> spell(std::string_view text, TemplateSyntax syntax);

}  // namespace wayside::routes
