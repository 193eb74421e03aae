#include "routes/template.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/quote.hpp"

#include "routes/path.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <utility>

namespace wayside::routes {
namespace {

// Of optional groups, each of which doubles the number of alternatives.
constexpr std::size_t kMaxOptional = 4;

using Tokens = std::vector<Token>;

// The normal form of a static text without slashes; empty for "." and "..".
std::string normal_text(std::string_view text, bool ignores_case) {
  std::string path = "/" + std::string(text);
  std::string out(path.size(), '\0');
  return std::string(normalize(path, ignores_case, out).substr(1));
}

// Assembles the tokens of one alternative into segments. A function that returns false has set error_.
class Assembler {
 public:
  explicit Assembler(MatchOptions options) : options_(options) {}

  Checked<Template, TemplateError> assemble(std::span<const Token> tokens, std::size_t text_size) {
    std::size_t begin = 1;  // behind the slash that every template begins with
    for (std::size_t end = begin;; ++end) {
      const bool is_over = end == tokens.size();
      if (!is_over && tokens[end].kind != Token::Kind::kSlash) continue;
      const auto segment = tokens.subspan(begin, end - begin);
      // A slash behind a catch-all changes nothing: it matches every slash.
      const bool is_last = is_over || end + 1 == tokens.size();
      if (begins_rest(segment, is_last)) {
        if (!finish_rest(tokens.subspan(begin))) return *std::move(error_);
        return std::move(result_);
      }
      if (!finish_segment(segment, is_over, is_over ? text_size : tokens[end].offset))
        return *std::move(error_);
      if (is_over) return std::move(result_);
      begin = end + 1;
    }
  }

 private:
  bool finish_segment(std::span<const Token> tokens, bool is_last, std::size_t offset) {
    const bool is_end_mark = tokens.size() == 1 && tokens.front().kind == Token::Kind::kEnd;
    if (is_last && (tokens.empty() || is_end_mark)) {  // "/users/" and "/users/{$}"
      result_.ends_with_slash = !result_.segments.empty();
      return true;
    }
    if (tokens.empty()) return fail(offset, "expected a segment between the slashes, found none");
    const std::size_t start = tokens.front().offset;
    if (result_.segments.size() == kMaxSegments) {
      return fail(start, fmt::format("expected at most {} segments, found more", kMaxSegments));
    }
    const auto mark = std::ranges::find(tokens, Token::Kind::kEnd, &Token::kind);
    if (mark != tokens.end()) return fail_for_end_mark(*mark);
    if (tokens.size() == 1 && tokens.front().kind >= Token::Kind::kCatchAll)
      return add_catch_all(tokens.front());
    const bool is_static =
        std::ranges::all_of(tokens, [](const Token& p) { return p.kind == Token::Kind::kText; });
    if (is_static) return add_static(tokens);
    result_.last_may_be_empty = is_last && tokens.front().may_be_empty;
    return add_parameter(tokens);
  }

  bool fail_for_end_mark(const Token& token) {
    return fail(token.offset, "expected {$} behind the last slash, found more beside it");
  }

  bool add_catch_all(const Token& token) {
    add({token.kind == Token::Kind::kCatchAll ? SegmentKind::kCatchAll : SegmentKind::kCatchSome, {}, {}, 0});
    return true;
  }

  // Whether a token of the segment crosses slashes, and is not a catch-all that ends the template.
  static bool begins_rest(std::span<const Token> segment, bool is_last) {
    const auto crosses = [](const Token& token) {
      return token.kind >= Token::Kind::kCatchAll && token.kind <= Token::Kind::kCrossing;
    };
    const bool is_catch_all =
        is_last && segment.size() == 1 && segment.front().kind != Token::Kind::kCrossing;
    return !is_catch_all && std::ranges::any_of(segment, crosses);
  }

  // One automaton for all tokens from a catch-all's segment on.
  bool finish_rest(std::span<const Token> tokens) {
    const auto mark = std::ranges::find(tokens, Token::Kind::kEnd, &Token::kind);
    if (mark != tokens.end()) return fail_for_end_mark(*mark);
    const bool has_slash = tokens.back().kind == Token::Kind::kSlash;
    if (has_slash && !options_.trailing_slash_matters) tokens = tokens.first(tokens.size() - 1);
    Segment segment;
    segment.kind = SegmentKind::kRest;
    std::vector<Expression> parts;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (tokens[i].kind == Token::Kind::kCatchAll && tokens[i].takes_slash) {
        i += append_segments(tokens.subspan(i), parts);
        continue;
      }
      if (tokens[i].kind == Token::Kind::kText)
        segment.literal_bytes += percent_decoded(tokens[i].text).size();
      parts.push_back(expression_of(tokens[i]));
    }
    const bool may_be_empty = std::ranges::all_of(parts, can_be_empty);
    auto automaton = automaton_of(std::move(parts), tokens.front());
    if (!automaton) return false;
    if (automaton->accepts_anything()) {
      add({may_be_empty ? SegmentKind::kCatchAll : SegmentKind::kCatchSome, {}, {}, 0});
      return true;
    }
    segment.automaton = *std::move(automaton);
    add(std::move(segment));
    return true;
  }

  // Any number of segments, the first of `tokens`, with a slash beside them where there is one. Returns the
  // number of further tokens that it has taken.
  static std::size_t append_segments(std::span<const Token> tokens, std::vector<Expression>& parts) {
    if (tokens.size() > 1 && tokens[1].kind == Token::Kind::kSlash) {
      parts.push_back(repeated(sequence({any_text(), literal("/")}), 0, 1));
      return 1;
    }
    if (parts.empty()) {
      parts.push_back(repeated(any_text(), 0, 1));
    } else {
      parts.back() = repeated(sequence({std::move(parts.back()), any_text()}), 0, 1);  // the slash before it
    }
    return 0;
  }

  static Expression expression_of(const Token& token) {
    switch (token.kind) {
      case Token::Kind::kSlash:
        return literal("/");
      case Token::Kind::kText:
        return within_segment(literal(percent_decoded(token.text)));
      case Token::Kind::kParameter:
        return within_segment(token.expression);
      case Token::Kind::kCatchSome:
        return any_text();
      case Token::Kind::kCatchAll:
        return repeated(any_text(), 0, 1);
      default:
        return token.expression;
    }
  }

  // Nothing where error_ is set.
  std::optional<Automaton> automaton_of(std::vector<Expression> parts, const Token& first) {
    auto automaton = Automaton::from(sequence(std::move(parts)), options_.ignores_case);
    if (!automaton) {
      fail(first.offset, "expected a simpler constraint, found one of too many states");
    } else if (automaton->accepts_nothing()) {
      fail(first.offset, "expected a constraint that some text meets, found one that none does");
      automaton.reset();
    }
    return automaton;
  }

  bool add_static(std::span<const Token> tokens) {
    std::string text;
    for (const Token& token : tokens)
      text += token.text;
    Segment segment;
    segment.text = normal_text(text, options_.ignores_case);
    if (segment.text.empty()) {
      return fail(tokens.front().offset, "expected a path without . and .., found " + in_quotes(text));
    }
    add(std::move(segment));
    return true;
  }

  bool add_parameter(std::span<const Token> tokens) {
    Segment segment;
    if (tokens.size() == 1 && tokens.front().is_unconstrained) {
      segment.kind = SegmentKind::kParameter;
      add(std::move(segment));
      return true;
    }
    std::vector<Expression> parts;
    for (const Token& token : tokens) {
      const bool is_text = token.kind == Token::Kind::kText;
      const std::string text = is_text ? percent_decoded(token.text) : std::string();
      segment.literal_bytes += text.size();
      parts.push_back(is_text ? literal(text) : token.expression);
    }
    auto automaton = automaton_of(std::move(parts), tokens.front());
    if (!automaton) return false;
    add(simplest(*std::move(automaton), std::move(segment)));
    return true;
  }

  // A constraint that allows any text is a parameter, and one that allows a single text is static.
  static Segment simplest(Automaton automaton, Segment segment) {
    if (automaton.accepts_anything()) {
      segment.kind = SegmentKind::kParameter;
      segment.literal_bytes = 0;
      return segment;
    }
    const std::vector<std::string> texts = automaton.shortest_texts(2);
    if (texts.size() == 1 && std::ranges::all_of(texts.front(), is_segment_char) && texts.front() != "." &&
        texts.front() != "..") {
      return {SegmentKind::kStatic, texts.front(), {}, 0};
    }
    segment.kind = SegmentKind::kConstrained;
    segment.automaton = std::move(automaton);
    return segment;
  }

  void add(Segment segment) { result_.segments.push_back(std::move(segment)); }

  bool fail(std::size_t offset, std::string message) {
    error_ = {offset + 1, std::move(message)};
    return false;
  }

  MatchOptions options_;
  Template result_;
  std::optional<TemplateError> error_;
};

// Whether the groups in `chosen`, a bit for each from bit 1 on, can be present together: a group needs the
// group around it.
bool is_possible(std::size_t chosen, std::span<const std::size_t> parent_of) {
  for (std::size_t group = 1; group < parent_of.size(); ++group) {
    const bool is_present = ((chosen >> group) & 1U) != 0;
    const bool parent_is_present = parent_of[group] == 0 || ((chosen >> parent_of[group]) & 1U) != 0;
    if (is_present && !parent_is_present) return false;
  }
  return true;
}

Tokens tokens_of(const TokenizedTemplate& tokenized, std::size_t chosen) {
  Tokens tokens;
  std::ranges::copy_if(tokenized.tokens, std::back_inserter(tokens), [chosen](const Token& token) {
    return token.optional == 0 || ((chosen >> token.optional) & 1U) != 0;
  });
  // "/{lang?}" without its parameter and the slash before it is "/".
  if (tokens.empty() || tokens.front().kind != Token::Kind::kSlash) {
    Token slash;
    slash.kind = Token::Kind::kSlash;
    tokens.insert(tokens.begin(), std::move(slash));
  }
  return tokens;
}

}  // namespace

std::string_view to_string(SegmentKind kind) noexcept {
  switch (kind) {
    case SegmentKind::kStatic:
      return "static text";
    case SegmentKind::kConstrained:
      return "a constrained parameter";
    case SegmentKind::kParameter:
      return "a parameter";
    case SegmentKind::kRest:
      return "a catch-all with text behind it";
    case SegmentKind::kCatchSome:
    case SegmentKind::kCatchAll:
      break;
  }
  return "a catch-all";
}

Checked<std::vector<Template>, TemplateError> parse_template(std::string_view text, Dialect dialect,
                                                             MatchOptions options) {
  const auto tokenized = tokenize(text, dialect);
  if (tokenized.has_error()) return tokenized.error();
  const std::size_t groups = tokenized->parent_of.size() - 1;
  if (groups > kMaxOptional) {
    return TemplateError{1,
                         fmt::format("expected at most {} optional parts, found {}", kMaxOptional, groups)};
  }
  std::vector<Template> alternatives;
  // The alternative with all groups comes first. Bit 0 stands for no group.
  for (std::size_t chosen = std::size_t{2} << groups; chosen-- > 0;) {
    if ((chosen & 1U) != 0 || !is_possible(chosen, tokenized->parent_of)) continue;
    auto alternative = Assembler(options).assemble(tokens_of(*tokenized, chosen), text.size());
    if (alternative.has_error()) return alternative.error();
    alternative->host = tokenized->host;
    if (std::ranges::find(alternatives, *alternative) == alternatives.end()) {
      alternatives.push_back(*std::move(alternative));
    }
  }
  return alternatives;
}

}  // namespace wayside::routes
