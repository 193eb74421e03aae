// How each dialect reads the characters of a template: a row of a table for each.
//
// A row names the characters that may begin more than text, with the function of the tokenizer that reads
// them, and the differences between frameworks that share such a function. The rules are those of Werkzeug
// (Flask), Django's URL resolver, Starlette, path-to-regexp 0.1 (Express 4), 6 (Koa) and 8 (Express 5),
// find-my-way (Fastify), Go's net/http ServeMux since 1.22, Rails' Journey, Mustermann (Sinatra), Spring's
// PathPattern, ASP.NET's route templates, Gin's and chi's trees. tests/e2e/test_framework_routes.py compares
// those of Flask, Django, FastAPI, Express, Fastify, Koa, Sinatra and Rails with the frameworks themselves,
// tests/e2e/test_go_routes.py those of net/http before 1.22, Gin and chi.
#pragma once

#include "wayside/routes/dialect.hpp"

#include "routes/constraint/regex.hpp"
#include "routes/converter.hpp"
#include "routes/tokens.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wayside::routes {

class Tokenizer;

// A character that may begin more than text. The function reads from there on, up to `end` at most.
struct Reader {
  char first = 0;
  bool (Tokenizer::*read)(std::size_t end) = nullptr;
};

// What may stand between the braces of a parameter, beside its name.
struct BraceForms {
  bool stars = false;       // {*rest}, {**rest}
  bool ellipsis = false;    // {rest...}
  bool end_mark = false;    // {$}
  bool converters = false;  // {id:int}
  bool regexes = false;     // {id:[0-9]+}
  bool defaults = false;    // {page=1}, {id?}
  bool is_segment = false;  // a parameter is a whole segment
  // A parameter ends at the first character like the one behind it, before which it may be empty.
  bool ends_at_next = false;
};

// Where the name of a :parameter ends.
enum class NameEnd : std::uint8_t {
  kWord,     // at the first character that is no letter, digit or underscore
  kFastify,  // at a slash, hyphen, dot or parenthesis
  kSlash,
};

// The text between two parameters of one segment, in the second of them.
enum class TextBetween : std::uint8_t {
  kAllowed,
  kExcluded,  // the parameter does not contain it
  kAlone,     // the parameter does not contain it, or is nothing else
};

// How far a regular expression reaches.
enum class RegexReach : std::uint8_t {
  kUnclear,  // one like .* is refused, because frameworks differ
  kSegment,
  kPath,  // slashes are characters like others
};

struct DialectTraits {
  std::span<const Reader> readers;
  BraceForms braces{};
  ConverterSet converters = ConverterSet::kAll;
  bool has_own_converters = false;  // the application may define converters: an unknown one is any text
  NameEnd name_end = NameEnd::kWord;
  std::string_view modifiers{};  // behind a :parameter, of ?*+
  RegexReach regex_reach = RegexReach::kSegment;
  Token::Kind repeated = Token::Kind::kCatchAll;  // :rest*
  Token::Kind glob = Token::Kind::kCatchSome;     // *rest
  TextBetween text_between = TextBetween::kAllowed;
  WordCharacters word_characters = WordCharacters::kAscii;  // \w
  bool has_parameter_regexes = false;                       // :id(\d+)
  bool doubles_colon = false;                               // :: is a colon
  bool splat_is_last = false;                               // * ends the template
  bool dot_ends_parameter = false;                          // :id contains no dot
  bool dot_ends_extension = false;                          // .:ext contains no dot
  bool has_empty_parameters = false;  // :id may be empty beside text or at the end of the path
  bool takes_dot_along = false;       // an optional parameter takes a dot before it along
  bool group_is_optional = true;      // (…) or {…} without a question mark behind it
  bool may_lack_slash = false;        // users/ is /users/
  bool has_hosts = false;             // example.com/users
  bool slash_is_subtree = false;      // /static/ is everything below
  bool reads_regexes = false;         // ^users/(\d+)/$ is a whole template
  bool is_cautious = false;           // what is probably a mistake is an error
};

const DialectTraits& traits_of(Dialect dialect) noexcept;

}  // namespace wayside::routes
