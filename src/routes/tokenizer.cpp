#include "routes/tokenizer.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"
#include "wayside/base/utf8.hpp"

#include "routes/tokens.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wayside::routes {
namespace {

// Characters that are special in a dialect. Where they are text, the template may be of another one.
constexpr std::string_view kDoubtful = "{}<>:*()[]";

bool is_continuation(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

Checked<TokenizedTemplate, TemplateError> Tokenizer::tokenize() {
  if (!read_all()) return *std::move(error_);
  if (traits_.slash_is_subtree && result_.tokens.back().kind == Token::Kind::kSlash)
    add(Token::Kind::kCatchAll, text_.size());
  return std::move(result_);
}

bool Tokenizer::read_all() {
  if (!is_valid_utf8(text_)) return fail(0, "a template in UTF-8", text_);
  if (traits_.reads_regexes && text_.starts_with('^')) return read_regex_template();
  if (traits_.has_hosts && !text_.empty() && !text_.starts_with('/')) {
    if (!read_host()) return false;
  } else if (!text_.starts_with('/')) {
    if (!traits_.may_lack_slash) {
      const std::string_view hint =
          traits_.is_cautious && !text_.empty() ? " (or a dialect whose templates may begin otherwise)" : "";
      return fail(0, fmt::format("a template that begins with /{}", hint), text_);
    }
    add(Token::Kind::kSlash, 0);
  }
  return read_until(text_.size());
}

bool Tokenizer::read_host() {
  const std::size_t slash = text_.find('/');
  if (slash == std::string_view::npos) return fail(text_.size(), "a / behind the host", {});
  const std::string_view host = text_.substr(0, slash);
  const auto odd = std::ranges::find_if_not(host, [](char c) { return is_unreserved(c) || c == ':'; });
  if (odd != host.end()) return fail(0, "a template that begins with / or with a host", text_);
  result_.host = host;
  at_ = slash;
  return true;
}

bool Tokenizer::read_until(std::size_t end) {
  while (at_ < end) {
    if (!read_one(end)) return false;
  }
  return true;
}

bool Tokenizer::read_one(std::size_t end) {
  if (text_[at_] == '/') {
    add(Token::Kind::kSlash, at_);
    ++at_;
    return true;
  }
  const auto reader = std::ranges::find(traits_.readers, text_[at_], &Reader::first);
  return reader != traits_.readers.end() ? (this->*reader->read)(end) : read_text();
}

bool Tokenizer::read_text() {
  const char c = text_[at_];
  if (c == '}' && traits_.is_cautious) return fail(at_, "{ before }", text_.substr(at_));
  if (c == '?' || c == '#') return fail(at_, "a path without a query or fragment", text_.substr(at_));
  if (c == '%') {
    if (percent_decoded_byte(text_, at_) < 0)
      return fail(at_, "two hexadecimal digits after %", text_.substr(at_, kPercentTriple));
    return add_text(text_.substr(at_, kPercentTriple), kPercentTriple);
  }
  if (!traits_.is_cautious && kDoubtful.find(c) != std::string_view::npos) result_.is_doubtful = true;
  if (is_segment_char(c)) return add_text(text_.substr(at_, 1), 1);
  // Clients send these encoded.
  const std::size_t size = utf8_sequence_length(text_.substr(at_));
  const bool is_control = (c >= 0 && c < ' ') || c == '\x7f';
  if (is_control || (size <= 1 && traits_.is_cautious)) {
    return fail(at_, "a character of a URL path (others percent-encoded)", text_.substr(at_, 1));
  }
  return add_text(percent_encoded(text_.substr(at_, size)), size);
}

bool Tokenizer::add_text(std::string_view text, std::size_t size) {
  if (!last_is(Token::Kind::kText)) add(Token::Kind::kText, at_);
  result_.tokens.back().text += text;
  at_ += size;
  return true;
}

bool Tokenizer::read_escape(std::size_t /*end*/) {
  ++at_;
  if (at_ == text_.size() || text_[at_] == '/' || (traits_.is_cautious && !is_segment_char(text_[at_]))) {
    return fail(at_, "a character of a URL path after the backslash", text_.substr(at_, 1));
  }
  const std::size_t size = std::max<std::size_t>(utf8_sequence_length(text_.substr(at_)), 1);
  const std::string_view escaped = text_.substr(at_, size);
  return add_text(is_segment_char(text_[at_]) ? std::string(escaped) : percent_encoded(escaped), size);
}

bool Tokenizer::read_brace_group(std::size_t /*end*/) {
  return read_group('{', '}');
}

bool Tokenizer::read_parenthesis_group(std::size_t /*end*/) {
  return read_group('(', ')');
}

bool Tokenizer::read_any_parenthesis(std::size_t /*end*/) {
  // A group is (/:id) or (.:format); any other parenthesis is text.
  return next_is("(/") || next_is("(.:") ? read_group('(', ')') : read_text();
}

bool Tokenizer::read_group(char open, char close) {
  const std::size_t start = at_;
  const std::size_t end = closing(start, open, close);
  if (end == std::string_view::npos) return fail(text_.size(), fmt::format("a closing {}", close), {});
  const bool has_mark = !traits_.group_is_optional && text_.substr(end + 1).starts_with('?');
  const bool is_optional = traits_.group_is_optional || has_mark;
  // A group that is not optional has no use, and one that begins with a name is a parameter elsewhere:
  // {id:int}.
  const char first = text_[start + 1];
  if (!is_optional || is_letter(first) || first == '_') result_.is_doubtful = true;
  const std::size_t outer = std::exchange(group_, is_optional ? new_group() : group_);
  ++at_;
  if (!read_until(end)) return false;
  at_ = end + (has_mark ? 2 : 1);
  group_ = outer;
  return true;
}

std::size_t Tokenizer::new_group() {
  result_.parent_of.push_back(group_);
  return result_.parent_of.size() - 1;
}

bool Tokenizer::make_parameter_optional(std::size_t offset) {
  auto& tokens = result_.tokens;
  const bool is_at_end = at_ == text_.size() || text_[at_] == '/' || text_[at_] == ')' || text_[at_] == '}';
  const bool has_before = tokens.size() >= 2 && (tokens.end() - 2)->optional == tokens.back().optional;
  Token* before = has_before ? &*(tokens.end() - 2) : nullptr;
  if (is_at_end && before != nullptr && before->kind == Token::Kind::kSlash) {
    const std::size_t group = new_group();
    tokens.back().optional = before->optional = group;
    return true;
  }
  if (traits_.is_cautious)
    return fail(offset, "an optional parameter to be a whole segment", text_.substr(offset));
  const bool has_dot = traits_.takes_dot_along && before != nullptr && before->kind == Token::Kind::kText &&
                       before->text.ends_with('.');
  if (has_dot && before->text != ".") {
    Token dot = *before;
    before->text.pop_back();
    dot.text = ".";
    tokens.insert(tokens.end() - 1, std::move(dot));
    before = &*(tokens.end() - 2);
  }
  const std::size_t group = new_group();
  tokens.back().optional = group;
  if (has_dot) before->optional = group;
  return true;
}

void Tokenizer::split_last_character() {
  auto& tokens = result_.tokens;
  std::string& text = tokens.back().text;
  std::size_t size = 1;
  if (text.size() >= kPercentTriple && text[text.size() - kPercentTriple] == '%') {
    // All bytes of a character of UTF-8.
    size = kPercentTriple;
    const std::string decoded = percent_decoded(text);
    std::size_t bytes = 1;
    while (bytes < decoded.size() && is_continuation(decoded[decoded.size() - bytes]))
      ++bytes;
    size *= bytes;
  }
  if (size >= text.size()) return;
  Token last = tokens.back();
  last.text = text.substr(text.size() - size);
  text.resize(text.size() - size);
  tokens.push_back(std::move(last));
}

void Tokenizer::make_last_optional() {
  if (result_.tokens.back().kind == Token::Kind::kText) split_last_character();
  result_.tokens.back().optional = new_group();
}

bool Tokenizer::last_is(Token::Kind kind) const noexcept {
  return !result_.tokens.empty() && result_.tokens.back().kind == kind &&
         result_.tokens.back().optional == group_;
}

bool Tokenizer::segment_has_parameter() const noexcept {
  const auto last = std::find_if(result_.tokens.rbegin(), result_.tokens.rend(),
                                 [](const Token& token) { return token.kind != Token::Kind::kText; });
  return last != result_.tokens.rend() && last->kind != Token::Kind::kSlash;
}

bool Tokenizer::is_segment(std::size_t start) const noexcept {
  return (start == 0 || text_[start - 1] == '/') && (at_ == text_.size() || text_[at_] == '/');
}

std::size_t Tokenizer::closing(std::size_t start, char open, char close) const {
  std::size_t depth = 0;
  for (std::size_t i = start; i < text_.size(); ++i) {
    if (text_[i] == '\\') {
      ++i;
    } else if (text_[i] == open) {
      ++depth;
    } else if (text_[i] == close && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

bool Tokenizer::add(Token::Kind kind, std::size_t offset) {
  Token token;
  token.kind = kind;
  token.offset = offset;
  token.optional = group_;
  result_.tokens.push_back(std::move(token));
  return true;
}

bool Tokenizer::fail(std::size_t offset, std::string_view what, std::string_view found) {
  error_ = {offset + 1,
            fmt::format("expected {}, found {}", what, found.empty() ? "the end" : in_quotes(found))};
  return false;
}

Checked<TokenizedTemplate, TemplateError> tokenize(std::string_view text, Dialect dialect) {
  return Tokenizer(text, dialect).tokenize();
}

}  // namespace wayside::routes
