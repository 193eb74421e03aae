// The names that frameworks give to common constraints: int, uuid, slug and the like, and their arguments.
//
// A name means one thing wherever frameworks agree, and the wider of the two where they do not: what the
// application would answer with 404 is then counted with the route that it nearly was.
#pragma once

#include "wayside/base/result.hpp"

#include "routes/constraint/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

// What a converter stands for.
struct Converter {
  enum class Kind : std::uint8_t {
    kSegment,  // text within one segment
    kPath,     // all that is left of the path
  };
  Kind kind = Kind::kSegment;
  Expression expression;  // of kSegment

  bool is_unconstrained = false;  // any text will do
};

bool is_converter(std::string_view name) noexcept;

// Every name, for an error message: "int, float, …".
std::string converter_names();

// `arguments` is what stood between the parentheses, empty where there were none:
// "length=2", "a,b", "minlength=1, maxlength=5", "signed=True". The error is "expected …, found …".
Checked<Converter, std::string> make_converter(std::string_view name, std::string_view arguments);

}  // namespace wayside::routes
