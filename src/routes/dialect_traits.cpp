#include "routes/dialect_traits.hpp"

#include "routes/tokenizer.hpp"

#include <array>

namespace wayside::routes {
namespace {

constexpr Reader kAngles{'<', &Tokenizer::read_angles};
constexpr Reader kBraces{'{', &Tokenizer::read_braces};
constexpr Reader kBraceGroup{'{', &Tokenizer::read_brace_group};
constexpr Reader kColon{':', &Tokenizer::read_colon};
constexpr Reader kSplat{'*', &Tokenizer::read_splat};
constexpr Reader kGlob{'*', &Tokenizer::read_glob};
constexpr Reader kGroup{'(', &Tokenizer::read_parenthesis_group};
constexpr Reader kRegexGroup{'(', &Tokenizer::read_regex_group};
constexpr Reader kOptional{'?', &Tokenizer::read_optional_mark};
constexpr Reader kEscape{'\\', &Tokenizer::read_escape};

constexpr std::array kOfAuto = {
    Reader{'{', &Tokenizer::read_any_braces},      kAngles, kColon, Reader{'*', &Tokenizer::read_star},
    Reader{'(', &Tokenizer::read_any_parenthesis}, kEscape};
constexpr std::array kOfOpenApi = {Reader{'{', &Tokenizer::read_openapi_braces}};
constexpr std::array kOfPython = {kAngles};  // Flask and Django
constexpr std::array kOfBraces = {kBraces};  // Starlette, Go and ASP.NET
constexpr std::array kOfExpress4 = {
    kColon, kSplat, kRegexGroup, kOptional, Reader{'+', &Tokenizer::read_repetition_mark}, kEscape};
constexpr std::array kOfExpress5 = {kColon, kGlob, kBraceGroup, kEscape};
constexpr std::array kOfFastify = {kColon, kSplat};
constexpr std::array kOfKoa = {kColon, kSplat, kRegexGroup, kBraceGroup, kEscape};
constexpr std::array kOfRails = {kColon, kGlob, kGroup, kEscape};
constexpr std::array kOfSinatra = {kColon,    kSplat, kGroup, Reader{'{', &Tokenizer::read_sinatra_braces},
                                   kOptional, kEscape};
constexpr std::array kOfSpring = {kBraces, Reader{'*', &Tokenizer::read_ant_star},
                                  Reader{'?', &Tokenizer::read_any_character}};
constexpr std::array kOfGin = {kColon, kGlob, kEscape};
constexpr std::array kOfChi = {kBraces, kSplat};

constexpr DialectTraits kStarletteTraits{
    .readers = kOfBraces,
    .braces = {.converters = true},
    .converters = ConverterSet::kStarlette,
    .has_own_converters = true,
};

// By dialect.
constexpr std::array<DialectTraits, kDialectCount> kTraits = {{
    {
        .readers = kOfAuto,
        .braces = {.stars = true,
                   .ellipsis = true,
                   .end_mark = true,
                   .converters = true,
                   .regexes = true,
                   .defaults = true},
        .modifiers = "?*+",
        .regex_reach = RegexReach::kUnclear,
        .has_parameter_regexes = true,
        .doubles_colon = true,
        .reads_regexes = true,
        .is_cautious = true,
    },
    {.readers = kOfOpenApi},
    // Flask
    {
        .readers = kOfPython,
        .converters = ConverterSet::kWerkzeug,
        .has_own_converters = true,
        .word_characters = WordCharacters::kUnicode,
    },
    // Django
    {
        .readers = kOfPython,
        .converters = ConverterSet::kDjango,
        .has_own_converters = true,
        .word_characters = WordCharacters::kUnicode,
        .may_lack_slash = true,
        .reads_regexes = true,
    },
    kStarletteTraits,  // FastAPI is built on it
    kStarletteTraits,
    // Express 4
    {
        .readers = kOfExpress4,
        .modifiers = "?*+",
        .regex_reach = RegexReach::kPath,
        .repeated = Token::Kind::kCatchSome,
        .text_between = TextBetween::kExcluded,
        .has_parameter_regexes = true,
        .dot_ends_extension = true,
        .group_is_optional = false,
        .may_lack_slash = true,
    },
    // Express 5
    {.readers = kOfExpress5, .text_between = TextBetween::kAlone},
    // Fastify
    {
        .readers = kOfFastify,
        .name_end = NameEnd::kFastify,
        .modifiers = "?",
        .has_parameter_regexes = true,
        .doubles_colon = true,
        .splat_is_last = true,
        .has_empty_parameters = true,
        .may_lack_slash = true,
    },
    // Koa
    {
        .readers = kOfKoa,
        .modifiers = "?*+",
        .regex_reach = RegexReach::kPath,
        .text_between = TextBetween::kExcluded,
        .has_parameter_regexes = true,
        .dot_ends_extension = true,
        .takes_dot_along = true,
        .group_is_optional = false,
        .may_lack_slash = true,
    },
    // Go
    {
        .readers = kOfBraces,
        .braces = {.ellipsis = true, .end_mark = true, .is_segment = true},
        .has_hosts = true,
        .slash_is_subtree = true,
    },
    // Rails
    {.readers = kOfRails, .dot_ends_parameter = true, .may_lack_slash = true},
    // Sinatra
    {.readers = kOfSinatra, .group_is_optional = false, .may_lack_slash = true},
    // Spring
    {.readers = kOfSpring, .braces = {.stars = true, .regexes = true}},
    // ASP.NET
    {
        .readers = kOfBraces,
        .braces = {.stars = true, .converters = true, .defaults = true},
        .converters = ConverterSet::kAspNet,
        .has_own_converters = true,
        .takes_dot_along = true,
        .may_lack_slash = true,
    },
    // Gin
    {.readers = kOfGin, .name_end = NameEnd::kSlash, .glob = Token::Kind::kCatchAll},
    // chi
    {.readers = kOfChi, .braces = {.regexes = true, .ends_at_next = true}, .splat_is_last = true},
}};

}  // namespace

const DialectTraits& traits_of(Dialect dialect) noexcept {
  return kTraits[static_cast<std::size_t>(dialect)];
}

}  // namespace wayside::routes
