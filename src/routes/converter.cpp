#include "routes/converter.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"

#include "routes/constraint/regex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <utility>

namespace wayside::routes {
namespace {

struct Argument {
  std::string_view name;  // empty where it is positional
  std::string_view value;
};
using Arguments = std::vector<Argument>;

// The sets that a definition belongs to, a bit for each.
constexpr unsigned bit(ConverterSet set) noexcept {
  return 1U << static_cast<unsigned>(set);
}
constexpr unsigned kAuto = bit(ConverterSet::kAll);
constexpr unsigned kWerkzeug = bit(ConverterSet::kWerkzeug);
constexpr unsigned kDjango = bit(ConverterSet::kDjango);
constexpr unsigned kStarlette = bit(ConverterSet::kStarlette);
constexpr unsigned kAspNet = bit(ConverterSet::kAspNet);

// A name in some sets, and the function that makes its converter from arguments.
struct Definition {
  std::string_view name;
  unsigned sets;
  Checked<Converter, std::string> (*make)(const Arguments& arguments);
};

Converter of(Expression expression) {
  return {Converter::Kind::kSegment, std::move(expression), false};
}

Converter any_segment() {
  return unconstrained_converter();
}

std::string wrong(std::string_view what, std::string_view found) {
  return fmt::format("expected {}, found {}", what, found.empty() ? "none" : in_quotes(found));
}

std::string_view unquoted(std::string_view text) {
  const bool is_quoted =
      text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

// "a, b, key='value'", as Werkzeug and ASP.NET write them.
Arguments split_arguments(std::string_view text) {
  Arguments arguments;
  if (trim(text).empty()) return arguments;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const std::string_view item = trim(text.substr(from, comma - from));
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      arguments.push_back({{}, unquoted(item)});
    } else {
      arguments.push_back({trim(item.substr(0, equals)), unquoted(trim(item.substr(equals + 1)))});
    }
    from = comma + 1;
  }
  return arguments;
}

constexpr std::size_t kMaxLength = 500;  // of a parameter's text, in bytes: a state of its automaton each

std::optional<std::size_t> length_of(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && value <= kMaxLength ? std::optional(value) : std::nullopt;
}

// A regular expression of this file, known to be valid.
template <std::size_t size>
Expression known(const char (&regex)[size]) {
  return *parse_regex(std::string_view(regex, size - 1));
}

Expression hex(std::size_t count) {
  return repeated(known("[0-9A-Fa-f]"), count, count);
}

// A UUID of digits of this form.
Expression uuid(const Expression& digit, const Expression& hyphen) {
  const auto digits = [&digit](std::size_t count) { return repeated(digit, count, count); };
  return sequence({digits(8), hyphen, digits(4), hyphen, digits(4), hyphen, digits(4), hyphen, digits(12)});
}

// Werkzeug's, in either case.
Expression uuid() {
  return uuid(known("[0-9A-Fa-f]"), literal("-"));
}

// What Guid.TryParse takes of ASP.NET's constraint, but for the form with 0x.
Expression guid() {
  return choice({uuid(), hex(32), sequence({literal("{"), uuid(), literal("}")}),
                 sequence({literal("("), uuid(), literal(")")})});
}

// Bounds of a number's value are not checked: a number beyond them is counted with the route that refuses it.
bool is_about_value(std::string_view name) noexcept {
  return name == "min" || name == "max";
}

Checked<Converter, std::string> make_number(const Arguments& arguments, const Expression& digits) {
  bool is_signed = false;
  std::optional<std::size_t> fixed;
  for (const Argument& argument : arguments) {
    if (argument.name == "signed" && (argument.value == "True" || argument.value == "False")) {
      is_signed = argument.value == "True";
    } else if (argument.name == "fixed_digits" && length_of(argument.value)) {
      fixed = length_of(argument.value);
    } else if (!is_about_value(argument.name)) {
      return wrong("signed=True, fixed_digits=N, min=N or max=N",
                   argument.name.empty() ? argument.value : argument.name);
    }
  }
  Expression number = fixed ? repeated(known("[0-9]"), *fixed, *fixed) : digits;
  if (is_signed) number = sequence({known("-?"), std::move(number)});
  return of(std::move(number));
}

Checked<Converter, std::string> make_string(const Arguments& arguments) {
  std::size_t min = 1;
  std::size_t max = Expression::kUnbounded;
  for (const Argument& argument : arguments) {
    const auto length = length_of(argument.value);
    if (!length || argument.name.empty())
      return wrong("length=N, minlength=N or maxlength=N up to 500", argument.value);
    if (argument.name == "length") {
      min = max = *length;
    } else if (argument.name == "minlength") {
      min = *length;
    } else if (argument.name == "maxlength") {
      max = *length;
    } else {
      return wrong("length=N, minlength=N or maxlength=N", argument.name);
    }
  }
  if (max < min) return wrong("a maxlength that is not below the minlength", std::to_string(max));
  if (arguments.empty()) return any_segment();
  return of(repeated_characters(ByteSet().set(), min, max));
}

Checked<Converter, std::string> make_any(const Arguments& arguments) {
  if (arguments.empty()) return wrong("the alternatives, as in any(a,b)", {});
  std::vector<Expression> choices;
  for (const Argument& argument : arguments) {
    if (!argument.name.empty() || argument.value.empty())
      return wrong("the alternatives, as in any(a,b)", argument.name);
    choices.push_back(literal(argument.value));
  }
  return of(choice(std::move(choices)));
}

// length(5) and length(2,5) of ASP.NET, and its minlength(2) and maxlength(5).
Checked<Converter, std::string> make_length(const Arguments& arguments, bool has_min, bool has_max) {
  const bool is_range = has_min && has_max && arguments.size() == 2;
  if (arguments.size() != 1 && !is_range) return wrong("a length, as in length(5)", {});
  const auto first = length_of(arguments.front().value);
  const auto last = length_of(arguments.back().value);
  if (!first || !last || *last < *first) return wrong("a length up to 500", arguments.front().value);
  return of(
      repeated_characters(ByteSet().set(), has_min ? *first : 1, has_max ? *last : Expression::kUnbounded));
}

Checked<Converter, std::string> none(const Arguments& arguments, Converter converter) {
  if (!arguments.empty()) return wrong("no arguments", arguments.front().value);
  return converter;
}

using Made = Checked<Converter, std::string>;

Made make_path(const Arguments& arguments) {
  return none(arguments, {Converter::Kind::kPath, {}, true});
}

// In the order of error messages. A name may stand there more than once, in different sets.
constexpr std::array kDefinitions = {
    Definition{"int", kAuto | kWerkzeug, [](const Arguments& a) { return make_number(a, known("[0-9]+")); }},
    Definition{"int", kDjango | kStarlette, [](const Arguments& a) { return none(a, of(known("[0-9]+"))); }},
    Definition{"int", kAspNet, [](const Arguments& a) { return none(a, of(known("[-+]?[0-9]+"))); }},
    Definition{"float", kAuto | kWerkzeug,
               [](const Arguments& a) { return make_number(a, known("[0-9]+\\.[0-9]+")); }},
    Definition{"float", kStarlette,
               [](const Arguments& a) { return none(a, of(known("[0-9]+(\\.[0-9]+)?"))); }},
    Definition{"float", kAspNet,
               [](const Arguments& a) {
                 return none(a, of(known("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?")));
               }},
    Definition{"string", kAuto | kWerkzeug, make_string},
    Definition{"default", kWerkzeug, make_string},
    Definition{"str", kAuto | kDjango | kStarlette, make_string},
    Definition{"slug", kAuto | kDjango,
               [](const Arguments& a) { return none(a, of(known("[-A-Za-z0-9_]+"))); }},
    Definition{"uuid", kAuto | kWerkzeug, [](const Arguments& a) { return none(a, of(uuid())); }},
    Definition{"uuid", kDjango,
               [](const Arguments& a) { return none(a, of(uuid(known("[0-9a-f]"), literal("-")))); }},
    // Newer versions of Starlette read either case, and no hyphens too.
    Definition{"uuid", kStarlette,
               [](const Arguments& a) { return none(a, of(uuid(known("[0-9A-Fa-f]"), known("-?")))); }},
    Definition{"any", kAuto | kWerkzeug, make_any},
    Definition{"path", kAuto | kWerkzeug | kDjango | kStarlette, make_path},
    Definition{"long", kAuto, [](const Arguments& a) { return none(a, of(known("-?[0-9]+"))); }},
    Definition{"long", kAspNet, [](const Arguments& a) { return none(a, of(known("[-+]?[0-9]+"))); }},
    Definition{"decimal", kAuto,
               [](const Arguments& a) { return none(a, of(known("-?[0-9]+(\\.[0-9]+)?"))); }},
    Definition{"double", kAuto,
               [](const Arguments& a) { return none(a, of(known("-?[0-9]+(\\.[0-9]+)?"))); }},
    Definition{"decimal", kAspNet,
               [](const Arguments& a) { return none(a, of(known("[-+]?([0-9,]+\\.?[0-9]*|\\.[0-9]+)"))); }},
    Definition{"double", kAspNet,
               [](const Arguments& a) {
                 return none(a, of(known("[-+]?([0-9,]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?")));
               }},
    Definition{"alpha", kAuto | kAspNet, [](const Arguments& a) { return none(a, of(known("[A-Za-z]+"))); }},
    Definition{"bool", kAuto,
               [](const Arguments& a) { return none(a, of(known("[Tt]rue|[Ff]alse|TRUE|FALSE"))); }},
    Definition{
        "bool", kAspNet,
        [](const Arguments& a) { return none(a, of(known("[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]"))); }},
    Definition{"guid", kAuto,
               [](const Arguments& a) {
                 return none(a, of(choice({uuid(), hex(32)})));
               }},
    Definition{"guid", kAspNet, [](const Arguments& a) { return none(a, of(guid())); }},
    Definition{"datetime", kAuto | kAspNet,
               [](const Arguments& a) { return none(a, of(known("[0-9][-0-9T:. Z+AaPpMm]*"))); }},
    Definition{"length", kAuto | kAspNet, [](const Arguments& a) { return make_length(a, true, true); }},
    Definition{"minlength", kAuto | kAspNet, [](const Arguments& a) { return make_length(a, true, false); }},
    Definition{"maxlength", kAuto | kAspNet, [](const Arguments& a) { return make_length(a, false, true); }},
    Definition{"min", kAuto | kAspNet, [](const Arguments&) { return Made(of(known("-?[0-9]+"))); }},
    Definition{"max", kAuto | kAspNet, [](const Arguments&) { return Made(of(known("-?[0-9]+"))); }},
    Definition{"range", kAuto | kAspNet, [](const Arguments&) { return Made(of(known("-?[0-9]+"))); }},
    Definition{"required", kAuto | kAspNet, [](const Arguments& a) { return none(a, any_segment()); }},
};

constexpr std::string_view kRegex = "regex";

// ASP.NET doubles the braces of a quantifier: [0-9]{{4}}.
std::string with_single_braces(std::string_view regex) {
  std::string result;
  const bool is_doubled = regex.find("{{") != std::string_view::npos;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    result += regex[i];
    const bool is_brace = regex[i] == '{' || regex[i] == '}';
    if (is_doubled && is_brace && i + 1 < regex.size() && regex[i + 1] == regex[i]) ++i;
  }
  return result;
}

}  // namespace

Converter unconstrained_converter() {
  return {Converter::Kind::kSegment, any_text(), true};
}

namespace {

// Werkzeug's regex converter is one that many applications define.
bool has_regex_converter(ConverterSet set) noexcept {
  return set == ConverterSet::kAll || set == ConverterSet::kWerkzeug || set == ConverterSet::kAspNet;
}

const Definition* find_definition(std::string_view name, ConverterSet set) noexcept {
  const auto* const found = std::ranges::find_if(kDefinitions, [=](const Definition& definition) {
    return definition.name == name && (definition.sets & bit(set)) != 0;
  });
  return found == kDefinitions.end() ? nullptr : found;
}

}  // namespace

bool is_converter(std::string_view name, ConverterSet set) noexcept {
  return (name == kRegex && has_regex_converter(set)) || find_definition(name, set) != nullptr;
}

std::string converter_names() {
  std::string names;
  for (const Definition& definition : kDefinitions) {
    if ((definition.sets & kAuto) != 0) names.append(definition.name).append(", ");
  }
  return names.append(kRegex);
}

Checked<Converter, std::string> make_converter(std::string_view name, std::string_view arguments,
                                               ConverterSet set) {
  if (name == kRegex && has_regex_converter(set)) {  // not split: a comma belongs to the expression
    const auto word_characters =
        set == ConverterSet::kWerkzeug ? WordCharacters::kUnicode : WordCharacters::kAscii;
    auto expression = parse_regex(with_single_braces(unquoted(trim(arguments))), word_characters);
    if (expression.has_error()) return expression.error().message;
    return of(*std::move(expression));
  }
  const Definition* const definition = find_definition(name, set);
  if (definition == nullptr) return wrong("one of " + converter_names(), name);
  return definition->make(split_arguments(arguments));
}

}  // namespace wayside::routes
