// The text of one template as tokens: the only place that knows how each framework writes a parameter.
//
//     {id}  {id?}  {id=1}  {id:int}  {id:[0-9]+}        OpenAPI, FastAPI, Go, ASP.NET, Spring, chi, Gorilla
//     {rest...}  {*rest}  {**rest}  {rest:path}  {$}    the same: catch-alls, and the end of the path
//     <id>  <int:id>  <any(a,b):x>  <path:rest>         Flask, Django
//     :id  :id(\d+)  :id?  :rest*  :rest+  *rest        Express, Rails, Gin, Fastify
//     (/:id)  (.:format)  {/:id}                        optional groups: Rails, Express 5
//     *  **                                             one segment; any number of segments
//     \:                                                an escaped character
//
// A colon begins a parameter at the beginning of a segment and behind punctuation such as - . and ~. Behind a
// letter or a digit it is ambiguous, and an error. Behind a closing bracket it is text, as in {name}:cancel.
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

struct Token {
  enum class Kind : std::uint8_t {
    kSlash,
    kText,       // `text` as it stands in a path, percent-encoded as written
    kParameter,  // a part of a segment that `expression` describes
    kCatchAll,   // any text, slashes included; as a whole segment: any number of segments
    kCatchSome,  // any text that is not empty, slashes included
    kCrossing,   // text that `expression` describes, slashes included
    kEnd,        // {$}: the end of the path
  };
  Kind kind = Kind::kText;
  std::string text;               // the text, or the parameter's name: empty for * and **
  Expression expression;          // of kParameter and kCrossing
  bool takes_slash = false;       // kCatchAll within a path: no segment at all takes a slash along
  bool is_unconstrained = false;  // kParameter: matches any text
  bool may_be_empty = false;      // kParameter: as the last segment of a path, or the first part of it
  std::size_t offset = 0;         // in the template, in bytes from 0
  std::size_t optional = 0;       // the optional group that it belongs to; 0: none
};

struct TokenizedTemplate {
  std::vector<Token> tokens;           // the first one is a kSlash
  std::vector<std::size_t> parent_of;  // by optional group: the group around it; [0] is 0
  std::string host{};                  // before the path
  // A character or a name that is special in other dialects was taken for text, so the template was probably
  // not written in this one.
  bool is_doubtful = false;
};

struct TemplateError {
  std::size_t column = 0;  // in bytes from 1; one past the last where the text ends too soon
  std::string message;     // "expected …, found …"
};

// The first mistake is the error.
Checked<TokenizedTemplate, TemplateError> tokenize(std::string_view text, Dialect dialect);

}  // namespace wayside::routes
