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
  explicit Assembler(bool ignores_case) : ignores_case_(ignores_case) {}

  Checked<Template, TemplateError> assemble(std::span<const Token> tokens, std::size_t text_size) {
    std::size_t begin = 1;  // behind the slash that every template begins with
    for (std::size_t end = begin;; ++end) {
      const bool is_over = end == tokens.size();
      if (!is_over && tokens[end].kind != Token::Kind::kSlash) continue;
      const auto segment = tokens.subspan(begin, end - begin);
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
    if (!result_.segments.empty() && result_.segments.back().kind >= SegmentKind::kCatchSome) {
      return fail(catch_all_offset_, "expected the catch-all as the last segment, found more after it");
    }
    if (result_.segments.size() == kMaxSegments) {
      return fail(start, fmt::format("expected at most {} segments, found more", kMaxSegments));
    }
    const auto whole =
        std::ranges::find_if(tokens, [](const Token& token) { return token.kind > Token::Kind::kParameter; });
    if (whole != tokens.end()) return add_catch_all(tokens, *whole);
    const bool is_static =
        std::ranges::all_of(tokens, [](const Token& p) { return p.kind == Token::Kind::kText; });
    return is_static ? add_static(tokens) : add_parameter(tokens);
  }

  bool add_catch_all(std::span<const Token> tokens, const Token& token) {
    if (tokens.size() != 1 || token.kind == Token::Kind::kEnd) {
      const std::string_view what =
          token.kind == Token::Kind::kEnd ? "{$} behind the last slash" : "a catch-all to be a whole segment";
      return fail(token.offset, fmt::format("expected {}, found more beside it", what));
    }
    catch_all_offset_ = token.offset;
    add({token.kind == Token::Kind::kCatchAll ? SegmentKind::kCatchAll : SegmentKind::kCatchSome, {}, {}, 0});
    return true;
  }

  bool add_static(std::span<const Token> tokens) {
    std::string text;
    for (const Token& token : tokens)
      text += token.text;
    Segment segment;
    segment.text = normal_text(text, ignores_case_);
    if (segment.text.empty()) {
      return fail(tokens.front().offset, "expected a path without . and .., found " + quoted(text));
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
    auto automaton = Automaton::from(sequence(std::move(parts)), ignores_case_);
    if (!automaton)
      return fail(tokens.front().offset, "expected a simpler constraint, found one of too many states");
    if (automaton->accepts_nothing()) {
      return fail(tokens.front().offset,
                  "expected a constraint that some text meets, found one that none does");
    }
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

  bool ignores_case_;
  std::size_t catch_all_offset_ = 0;
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
    case SegmentKind::kCatchSome:
    case SegmentKind::kCatchAll:
      break;
  }
  return "a catch-all";
}

Checked<std::vector<Template>, TemplateError> parse_template(std::string_view text, Dialect dialect,
                                                             bool ignores_case) {
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
    auto alternative = Assembler(ignores_case).assemble(tokens_of(*tokenized, chosen), text.size());
    if (alternative.has_error()) return alternative.error();
    if (std::ranges::find(alternatives, *alternative) == alternatives.end()) {
      alternatives.push_back(*std::move(alternative));
    }
  }
  return alternatives;
}

}  // namespace wayside::routes
