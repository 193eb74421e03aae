#include "wayside/base/percent.hpp"

#include "routes/constraint/regex.hpp"
#include "routes/tokenizer.hpp"

#include <algorithm>
#include <bitset>
#include <utility>

namespace wayside::routes {
namespace {

// The only byte that matches.
std::optional<char> single_byte(const Expression& expression) {
  if (expression.kind != Expression::Kind::kByte || expression.set.count() != 1) return std::nullopt;
  unsigned value = 0;
  while (!expression.set.test(value))
    ++value;
  return static_cast<char>(value);
}

}  // namespace

bool Tokenizer::read_regex_template() {
  std::string_view regex = text_;
  bool is_anchored = false;
  for (const std::string_view end : {"\\Z", "\\z", "$"}) {
    if (is_anchored || !regex.ends_with(end)) continue;
    is_anchored = true;
    regex.remove_suffix(end.size());
  }
  std::size_t offset = 1;
  regex.remove_prefix(1);
  const auto expression = parse_regex(regex, traits_.word_characters);
  if (expression.has_error()) {
    error_ = {offset + expression.error().offset + 1, expression.error().message};
    return false;
  }
  // The path without its first slash is what Django compares.
  if (!regex.starts_with('/')) add(Token::Kind::kSlash, 0);
  if (!add_expression(*expression, 1)) return false;
  // Without an end, a regular expression matches what goes on, too.
  if (!is_anchored) add(Token::Kind::kCatchAll, text_.size());
  at_ = text_.size();
  return true;
}

bool Tokenizer::add_expression(const Expression& expression, std::size_t offset) {
  if (const auto byte = single_byte(expression)) {
    if (*byte == '/') return add(Token::Kind::kSlash, offset);
    const std::string text(1, *byte);
    const std::size_t at = at_;
    add_text(is_segment_char(*byte) ? text : percent_encoded(text), 0);
    at_ = at;
    return true;
  }
  if (expression.kind == Expression::Kind::kSequence) {
    return std::ranges::all_of(expression.parts,
                               [&](const Expression& part) { return add_expression(part, offset); });
  }
  const bool crosses = can_contain(expression, '/');
  const bool is_optional =
      expression.kind == Expression::Kind::kRepeated && expression.min == 0 && expression.max == 1;
  if (crosses && is_optional) {
    const std::size_t outer = std::exchange(group_, new_group());
    const bool is_added = add_expression(expression.parts.front(), offset);
    group_ = outer;
    return is_added;
  }
  add(crosses ? Token::Kind::kCrossing : Token::Kind::kParameter, offset);
  result_.tokens.back().expression = expression;
  return true;
}

}  // namespace wayside::routes
