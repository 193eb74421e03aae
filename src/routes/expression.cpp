#include "routes/expression.hpp"

#include <utility>

namespace wayside::routes {

OctetSet octet(char c) noexcept {
  return OctetSet().set(static_cast<unsigned char>(c));
}

OctetSet octets_between(char first, char last) noexcept {
  OctetSet set;
  for (unsigned c = static_cast<unsigned char>(first); c <= static_cast<unsigned char>(last); ++c)
    set.set(c);
  return set;
}

OctetSet octets_of(std::string_view text) noexcept {
  OctetSet set;
  for (const char c : text)
    set |= octet(c);
  return set;
}

Expression one_of(const OctetSet& set) {
  Expression expression;
  expression.kind = Expression::Kind::kOctet;
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
    parts.push_back(one_of(octet(c)));
  return sequence(std::move(parts));
}

Expression any_text() {
  return repeated(one_of(OctetSet().set()), 1);
}

}  // namespace wayside::routes
