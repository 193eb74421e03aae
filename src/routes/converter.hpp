// The named constraints of frameworks, such as int, uuid and slug, and their arguments.
//
// Where frameworks disagree on a name and no dialect is named, the wider meaning holds: a request that the
// application answers with 404 may then be counted with the route that it nearly matched. Lengths count
// characters of UTF-8.
#pragma once

#include "wayside/base/result.hpp"

#include "routes/constraint/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

// The meaning of a converter with its arguments.
struct Converter {
  enum class Kind : std::uint8_t {
    kSegment,  // text within one segment
    kPath,     // the rest of the path
  };
  Kind kind = Kind::kSegment;
  Expression expression;  // of kSegment

  bool is_unconstrained = false;  // matches any text
};

// Whose converters.
enum class ConverterSet : std::uint8_t { kAll, kWerkzeug, kDjango, kStarlette, kAspNet };

bool is_converter(std::string_view name, ConverterSet set = ConverterSet::kAll) noexcept;

// Any text of a segment: what is known of an application's own converter.
Converter unconstrained_converter();

// All names, for an error message: "int, float, …".
std::string converter_names();

// `arguments` is the text between the parentheses, empty where there are none: "length=2", "a,b",
// "minlength=1, maxlength=5", "signed=True". The error is "expected …, found …".
Checked<Converter, std::string> make_converter(std::string_view name, std::string_view arguments,
                                               ConverterSet set = ConverterSet::kAll);

}  // namespace wayside::routes
