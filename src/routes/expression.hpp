// A regular expression as a tree of values: what a segment of a path may look like.
//
// The common form of every constraint that a template can state: a regular expression, a converter such as
// "int", static text beside a parameter. Over octets, not characters. Nothing is matched here: an Automaton
// is made of it for that.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace wayside::routes {

// A set of octets, indexed by their unsigned values.
using OctetSet = std::bitset<256>;

OctetSet octet(char c) noexcept;
// Both ends included.
OctetSet octets_between(char first, char last) noexcept;
OctetSet octets_of(std::string_view text) noexcept;

struct Expression {
  enum class Kind : std::uint8_t {
    kOctet,     // one octet of `set`
    kSequence,  // the parts one after another; none: the empty text
    kChoice,    // one of the parts
    kRepeated,  // the single part, `min` to `max` times
  };
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  Kind kind = Kind::kSequence;
  OctetSet set;
  std::vector<Expression> parts;
  std::size_t min = 0;
  std::size_t max = 0;  // kUnbounded: as often as one likes
};

Expression one_of(const OctetSet& set);
Expression sequence(std::vector<Expression> parts);
Expression choice(std::vector<Expression> parts);
Expression repeated(Expression part, std::size_t min, std::size_t max = Expression::kUnbounded);

// The very octets of `text`.
Expression literal(std::string_view text);

// At least one octet, whatever it is: a parameter without a constraint.
Expression any_text();

}  // namespace wayside::routes
