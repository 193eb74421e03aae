#include "routes/constraint/expression.hpp"

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

}  // namespace wayside::routes
