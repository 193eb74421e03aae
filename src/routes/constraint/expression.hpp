// A regular expression as a tree of values: the form that a segment of a path must have.
//
// Every constraint of a template becomes one: a regular expression, a converter such as "int", static text
// beside a parameter. It is over bytes, not characters, and matches nothing by itself: see Automaton.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace wayside::routes {

// A set of bytes, indexed by their unsigned values.
using ByteSet = std::bitset<256>;

ByteSet byte_set(char c) noexcept;
// `first` and `last` included.
ByteSet bytes_between(char first, char last) noexcept;
ByteSet bytes_of(std::string_view text) noexcept;
// The bytes of which characters beyond ASCII consist.
ByteSet high_bytes() noexcept;

struct Expression {
  enum class Kind : std::uint8_t {
    kByte,      // one byte of `set`
    kSequence,  // the parts one after another; none: the empty text
    kChoice,    // one of the parts
    kRepeated,  // the single part, `min` to `max` times
  };
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  Kind kind = Kind::kSequence;
  ByteSet set;
  std::vector<Expression> parts;
  std::size_t min = 0;
  std::size_t max = 0;  // kUnbounded: without a bound
};

Expression one_of(const ByteSet& set);
Expression sequence(std::vector<Expression> parts);
Expression choice(std::vector<Expression> parts);
Expression repeated(Expression part, std::size_t min, std::size_t max = Expression::kUnbounded);

// The bytes of `text`, one after another.
Expression literal(std::string_view text);

// One or more bytes of any value: a parameter without a constraint.
Expression any_text();

// One character: a byte of `set`, or, where the set has every byte from 0x80 on, a whole character of UTF-8.
// A byte that cannot begin a character never counts as one.
Expression one_character(const ByteSet& set);

// `min` to `max` such characters.
Expression repeated_characters(const ByteSet& set, std::size_t min, std::size_t max = Expression::kUnbounded);

// A slash within a segment is an encoded one (%2F), which separates nothing. In the text of several segments
// it is this byte, which no path contains; see Automaton::accepts_rest().
inline constexpr unsigned char kEncodedSlash = 0;

// The expression of a parameter for a text of several segments: what was a slash is an encoded one.
Expression within_segment(Expression expression);

// Whether the empty text matches.
bool can_be_empty(const Expression& expression) noexcept;

// Whether a text that matches may contain the byte.
bool can_contain(const Expression& expression, char byte) noexcept;

}  // namespace wayside::routes
