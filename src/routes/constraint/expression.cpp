#include "routes/constraint/expression.hpp"

#include <algorithm>
#include <utility>

namespace wayside::routes {

ByteSet byte_set(char c) noexcept {
  return ByteSet().set(static_cast<unsigned char>(c));
}

ByteSet bytes_between(char first, char last) noexcept {
  ByteSet set;
  for (unsigned c = static_cast<unsigned char>(first); c <= static_cast<unsigned char>(last); ++c)
    set.set(c);
  return set;
}

ByteSet bytes_of(std::string_view text) noexcept {
  ByteSet set;
  for (const char c : text)
    set |= byte_set(c);
  return set;
}

Expression one_of(const ByteSet& set) {
  Expression expression;
  expression.kind = Expression::Kind::kByte;
  expression.set = set;
  return expression;
}

Expression sequence(std::vector<Expression> parts) {
  Expression expression;
  expression.parts = std::move(parts);
  return expression;
}

Expression choice(std::vector<Expression> parts) {
  Expression expression;
  expression.kind = Expression::Kind::kChoice;
  expression.parts = std::move(parts);
  return expression;
}

Expression repeated(Expression part, std::size_t min, std::size_t max) {
  Expression expression;
  expression.kind = Expression::Kind::kRepeated;
  expression.parts.push_back(std::move(part));
  expression.min = min;
  expression.max = max;
  return expression;
}

Expression literal(std::string_view text) {
  std::vector<Expression> parts;
  for (const char c : text)
    parts.push_back(one_of(byte_set(c)));
  return sequence(std::move(parts));
}

Expression any_text() {
  return repeated(one_of(ByteSet().set()), 1);
}

namespace {

constexpr char kFirstContinuation = '\x80';
constexpr char kLastContinuation = '\xbf';

}  // namespace

ByteSet high_bytes() noexcept {
  return bytes_between(kFirstContinuation, '\xff');
}

namespace {

bool is_about_characters(const ByteSet& set) {
  return (set & high_bytes()) == high_bytes();
}

}  // namespace

Expression one_character(const ByteSet& set) {
  if (!is_about_characters(set)) return one_of(set);
  const ByteSet continuation = bytes_between(kFirstContinuation, kLastContinuation);
  return sequence({one_of(set & ~continuation), repeated(one_of(continuation), 0)});
}

Expression repeated_characters(const ByteSet& set, std::size_t min, std::size_t max) {
  // Without a count, bytes are as good as characters, and make a smaller automaton.
  if (max == Expression::kUnbounded && min <= 1) return repeated(one_of(set), min);
  return repeated(one_character(set), min, max);
}

Expression within_segment(Expression expression) {
  constexpr auto kSlash = static_cast<unsigned char>('/');
  if (expression.kind == Expression::Kind::kByte) {
    const bool has_slash = expression.set.test(kSlash);
    expression.set.set(kEncodedSlash, has_slash);
    expression.set.reset(kSlash);
  }
  for (Expression& part : expression.parts)
    part = within_segment(std::move(part));
  return expression;
}

bool can_be_empty(const Expression& expression) noexcept {
  switch (expression.kind) {
    case Expression::Kind::kByte:
      return false;
    case Expression::Kind::kSequence:
      return std::ranges::all_of(expression.parts, can_be_empty);
    case Expression::Kind::kChoice:
      return std::ranges::any_of(expression.parts, can_be_empty);
    case Expression::Kind::kRepeated:
      break;
  }
  return expression.min == 0 || can_be_empty(expression.parts.front());
}

bool can_contain(const Expression& expression, char byte) noexcept {
  if (expression.kind == Expression::Kind::kByte)
    return expression.set.test(static_cast<unsigned char>(byte));
  if (expression.kind == Expression::Kind::kRepeated && expression.max == 0) return false;
  return std::ranges::any_of(expression.parts,
                             [byte](const Expression& part) { return can_contain(part, byte); });
}

}  // namespace wayside::routes
