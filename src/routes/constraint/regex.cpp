#include "routes/constraint/regex.hpp"

#include "wayside/base/quote.hpp"

#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

constexpr std::size_t kMaxDepth = 50;     // of nested parentheses: each is a level of recursion
constexpr std::size_t kMaxRepeat = 1000;  // of a{n}

ByteSet digits() {
  return bytes_between('0', '9');
}
ByteSet word_characters() {
  return digits() | bytes_between('a', 'z') | bytes_between('A', 'Z') | byte_set('_');
}
ByteSet spaces() {
  return bytes_of(" \t\n\r\f\v");
}

// \d and its kin.
std::optional<ByteSet> class_of_escape(char c) {
  switch (c) {
    case 'd':
      return digits();
    case 'D':
      return ~digits();
    case 'w':
      return word_characters();
    case 'W':
      return ~word_characters();
    case 's':
      return spaces();
    case 'S':
      return ~spaces();
    default:
      return std::nullopt;
  }
}

// The byte of a set that has exactly one.
std::optional<char> only_byte(const ByteSet& set) {
  if (set.count() != 1) return std::nullopt;
  std::size_t value = 0;
  while (!set.test(value))
    ++value;
  return static_cast<char>(value);
}

bool is_ascii_punctuation(char c) {
  return c > ' ' && c < '\x7f' && !word_characters().test(static_cast<unsigned char>(c));
}

// Recursive descent up to the first mistake, which moves the position to the end, so that every loop ends.
class Parser {
 public:
  Parser(std::string_view text, WordCharacters word_characters)
      : text_(text), word_characters_(word_characters) {}

  Checked<Expression, RegexError> parse() {
    skip('^');
    Expression whole = parse_choice(0);
    if (!error_ && !at_end()) fail("the end or an opening parenthesis before )");
    if (error_) return *std::move(error_);
    return whole;
  }

 private:
  Expression parse_choice(std::size_t depth) {
    std::vector<Expression> branches;
    do {
      branches.push_back(parse_sequence(depth));
    } while (skip('|'));
    return branches.size() == 1 ? std::move(branches.front()) : choice(std::move(branches));
  }

  Expression parse_sequence(std::size_t depth) {
    std::vector<Expression> parts;
    while (!at_end() && peek() != '|' && peek() != ')') {
      if (peek() == '$' && position_ + 1 == text_.size()) {
        ++position_;
        break;
      }
      Expression atom = parse_atom(depth);
      parts.push_back(parse_quantifiers(std::move(atom)));
    }
    return sequence(std::move(parts));
  }

  Expression parse_atom(std::size_t depth) {
    const char c = peek();
    switch (c) {
      case '(':
        return parse_group(depth);
      case '[':
        return one_of(parse_class());
      case '.':
        ++position_;
        return one_of(ByteSet().set());
      case '\\':
        return one_of(parse_escape(word_characters_));
      case '*':
      case '+':
      case '?':
      case '{':
        fail("something to repeat");
        return {};
      case '^':
      case '$':
        fail("^ only at the beginning and $ only at the end");
        return {};
      default:
        return one_of(parse_character());
    }
  }

  Expression parse_group(std::size_t depth) {
    ++position_;
    if (depth == kMaxDepth) fail(fmt::format("at most {} nested parentheses", kMaxDepth));
    if (!at_end() && peek() == '?' && !skip_group_kind()) {
      fail("(...), (?:...) or (?P<name>...), without look-around or flags");
      return {};
    }
    Expression inside = parse_choice(depth + 1);
    if (!error_ && !skip(')')) fail("a closing parenthesis");
    return inside;
  }

  // "?:", "?P<name>" or "?<name>", the last of which Ruby and JavaScript write.
  bool skip_group_kind() {
    const std::string_view rest = text_.substr(position_);
    if (rest.starts_with("?:")) {
      position_ += 2;
      return true;
    }
    const std::size_t name = rest.starts_with("?P<") ? 3 : 2;
    if (!rest.starts_with("?P<") && !rest.starts_with("?<")) return false;
    const std::size_t end = rest.find('>');
    if (end == name || end == std::string_view::npos || rest[name] == '=' || rest[name] == '!') return false;
    position_ += end + 1;
    return true;
  }

  // A byte set is a character where no quantifier counts it.
  static Expression as_character(Expression atom) {
    return atom.kind == Expression::Kind::kByte ? one_character(atom.set) : std::move(atom);
  }

  static Expression repeat(Expression atom, std::size_t min, std::size_t max) {
    if (atom.kind == Expression::Kind::kByte) return repeated_characters(atom.set, min, max);
    return repeated(std::move(atom), min, max);
  }

  Expression parse_quantifiers(Expression atom) {
    if (at_end()) return as_character(std::move(atom));
    std::size_t min = 0;
    std::size_t max = Expression::kUnbounded;
    switch (peek()) {
      case '*':
        break;
      case '+':
        min = 1;
        break;
      case '?':
        max = 1;
        break;
      case '{':
        return parse_counted(std::move(atom));
      default:
        return as_character(std::move(atom));
    }
    ++position_;
    return finish_quantifier(repeat(std::move(atom), min, max));
  }

  Expression parse_counted(Expression atom) {
    ++position_;
    const std::optional<std::size_t> min = parse_number();
    std::optional<std::size_t> max = min;
    if (skip(',')) max = !at_end() && peek() == '}' ? Expression::kUnbounded : parse_number();
    if (error_) return {};
    if (!min || !max || !skip('}')) {
      fail(fmt::format("{{n}}, {{n,}} or {{n,m}} with numbers up to {}", kMaxRepeat));
      return {};
    }
    if (*max < *min) {
      fail("the smaller number first");
      return {};
    }
    return finish_quantifier(repeat(std::move(atom), *min, *max));
  }

  Expression finish_quantifier(Expression whole) {
    skip('?');  // lazy: the same texts
    if (!at_end() && (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{')) {
      fail("one quantifier");
    }
    return whole;
  }

  std::optional<std::size_t> parse_number() {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + position_, text_.data() + text_.size(), value);
    if (error != std::errc() || value > kMaxRepeat) return std::nullopt;
    position_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  ByteSet parse_escape(WordCharacters word_characters) {
    ++position_;
    if (at_end()) {
      fail("a character after the backslash");
      return {};
    }
    const char c = peek();
    auto set = class_of_escape(c);
    if (!set && !is_ascii_punctuation(c)) {
      fail("\\d \\D \\w \\W \\s \\S or an escaped punctuation mark");
      return {};
    }
    ++position_;
    if (c == 'w' && word_characters == WordCharacters::kUnicode) *set |= high_bytes();
    return set ? *set : byte_set(c);
  }

  ByteSet parse_character() {
    const char c = peek();
    if (c < ' ' || c > '~') {
      fail("a printable ASCII character");
      return {};
    }
    ++position_;
    return byte_set(c);
  }

  // [a-z], [^/]. A - at either end stands for itself; ] must be escaped.
  ByteSet parse_class() {
    ++position_;
    const bool is_negated = skip('^');
    // Characters beyond ASCII that may be letters or not belong to \w, to \W and to [^\w].
    const WordCharacters word_characters = is_negated ? WordCharacters::kAscii : word_characters_;
    ByteSet set;
    bool is_empty = true;
    while (!at_end() && peek() != ']') {
      const std::size_t start = position_;
      ByteSet low = parse_class_item(word_characters);
      const bool is_range =
          !error_ && position_ + 1 < text_.size() && peek() == '-' && text_[position_ + 1] != ']';
      if (is_range) {
        ++position_;
        low = range(low, parse_class_item(word_characters), start);
      }
      if (error_) return {};
      set |= low;
      is_empty = false;
    }
    if (!skip(']')) {
      fail("a closing bracket");
    } else if (is_empty) {
      fail("something between the brackets");
    }
    return is_negated ? ~set : set;
  }

  ByteSet parse_class_item(WordCharacters word_characters) {
    return peek() == '\\' ? parse_escape(word_characters) : parse_character();
  }

  ByteSet range(const ByteSet& low, const ByteSet& high, std::size_t start) {
    if (error_) return {};
    const std::optional<char> first = only_byte(low);
    const std::optional<char> last = only_byte(high);
    if (!first || !last || *last < *first) {
      position_ = start;
      fail("a range from a smaller to a larger character");
      return {};
    }
    return bytes_between(*first, *last);
  }

  bool at_end() const noexcept { return position_ >= text_.size(); }
  char peek() const noexcept { return text_[position_]; }

  bool skip(char c) {
    if (at_end() || peek() != c) return false;
    ++position_;
    return true;
  }

  void fail(std::string_view what) {
    if (!error_) {
      const std::string_view found = text_.substr(position_);
      error_ = {position_, fmt::format("in a regular expression, expected {}, found {}", what,
                                       found.empty() ? "the end" : in_quotes(found))};
    }
    position_ = text_.size();
  }

  std::string_view text_;
  WordCharacters word_characters_;
  std::size_t position_ = 0;
  std::optional<RegexError> error_;
};

}  // namespace

Checked<Expression, RegexError> parse_regex(std::string_view text, WordCharacters word_characters) {
  return Parser(text, word_characters).parse();
}

}  // namespace wayside::routes
