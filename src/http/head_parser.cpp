#include "wayside/http/head_parser.hpp"

#include "wayside/http/text.hpp"

#include "http/connection_options.hpp"
#include "http/request_target.hpp"
#include "http/text_scan.hpp"

#include <string_view>
#include <utility>

namespace wayside::http {
namespace {

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

// Goes over a head from its first byte to its last. The bytes end with an empty line, so what stops at
// control characters needs no other end.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) noexcept : at_(bytes.data()), end_(at_ + bytes.size()) {}

  const char* at() const noexcept { return at_; }
  char next() const noexcept { return *at_; }
  bool is_at_end() const noexcept { return at_ == end_; }

  // Each of these takes what there is of something; it may be nothing.
  std::string_view take_token() noexcept {
    const char* const begin = at_;
    while (is_token_char(*at_))
      ++at_;
    return {begin, at_};
  }
  // VCHAR and obs-text.
  std::string_view take_visible() noexcept {
    const char* const begin = std::exchange(at_, find_below<' ' + 1>(at_, end_));
    return {begin, at_};
  }
  // VCHAR, obs-text, spaces and tabs.
  std::string_view take_text() noexcept {
    const char* const begin = at_;
    at_ = find_below<' '>(at_, end_);
    while (*at_ == '\t')
      at_ = find_below<' '>(at_ + 1, end_);
    return {begin, at_};
  }
  void skip_blanks() noexcept {
    while (is_blank(*at_))
      ++at_;
  }

  // These take what has to be there, or nothing.
  bool take(char expected) noexcept {
    if (*at_ != expected) return false;
    ++at_;
    return true;
  }
  bool take_line_end() noexcept {
    if (at_[0] != '\r' || at_[1] != '\n') return false;
    at_ += 2;
    return true;
  }

 private:
  const char* at_;
  const char* end_;
};

// "HTTP/1.1" (RFC 9112 section 2.3).
std::optional<Violation> read_version(std::string_view text, unsigned& minor_version) noexcept {
  constexpr std::string_view kForm = "HTTP/1.1";
  const bool has_form = text.size() == kForm.size() && text.starts_with("HTTP/") && is_digit(text[5]) &&
                        text[6] == '.' && is_digit(text[7]);
  if (!has_form) return Violation::kMalformedHead;
  if (text[5] != '1' || text[7] > '1') return Violation::kUnsupportedVersion;
  minor_version = static_cast<unsigned>(text[7] - '0');
  return std::nullopt;
}

// method SP request-target SP HTTP-version CRLF (RFC 9112 section 3).
std::optional<Violation> parse_start_line(Cursor& cursor, RequestHead& head) noexcept {
  head.method_token = cursor.take_token();
  if (head.method_token.empty() || !cursor.take(' ')) return Violation::kMalformedHead;
  head.method = method_from_token(head.method_token);
  head.target = cursor.take_visible();
  if (head.target.empty() || !cursor.take(' ')) return Violation::kMalformedHead;
  const std::string_view version = cursor.take_visible();
  if (!cursor.take_line_end()) return Violation::kMalformedHead;
  return read_version(version, head.minor_version);
}

// HTTP-version SP status-code SP [ reason-phrase ] CRLF (RFC 9112 section 4). Many a backend leaves out the
// second space where no reason follows, and every client takes it.
std::optional<Violation> parse_start_line(Cursor& cursor, ResponseHead& head) noexcept {
  const std::string_view version = cursor.take_visible();
  if (!cursor.take(' ')) return Violation::kMalformedHead;
  const std::string_view status = cursor.take_visible();
  head.reason = cursor.take(' ') ? cursor.take_text() : std::string_view();
  if (!cursor.take_line_end()) return Violation::kMalformedHead;
  if (const auto violation = read_version(version, head.minor_version)) return violation;
  // RFC 9110 section 15: a status code has three digits, the first of them one of 1 to 5. What is above is of
  // no known class but is relayed; what is below is no status code.
  const bool is_code = status.size() == 3 && status[0] >= '1' && is_digit(status[0]) && is_digit(status[1]) &&
                       is_digit(status[2]);
  if (!is_code) return Violation::kMalformedHead;
  const auto digit = [&](std::size_t i) { return static_cast<unsigned>(status[i] - '0'); };
  head.status = digit(0) * 100 + digit(1) * 10 + digit(2);
  return std::nullopt;
}

// field-name ":" OWS field-value OWS CRLF (RFC 9112 section 5).
std::optional<Violation> parse_field_line(Cursor& cursor, Fields& fields,
                                          ConnectionOptions& connection) noexcept {
  // A line that starts with a blank goes on with the field before it (section 5.2).
  if (is_blank(cursor.next()))
    return fields.size() == 0 ? Violation::kMalformedHead : Violation::kObsoleteFolding;
  Field field;
  field.name = cursor.take_token();
  if (field.name.empty() || !cursor.take(':')) return Violation::kMalformedHead;
  cursor.skip_blanks();
  field.value = cursor.take_text();
  while (!field.value.empty() && is_blank(field.value.back()))
    field.value.remove_suffix(1);
  if (!cursor.take_line_end()) return Violation::kMalformedHead;
  field.line_end = cursor.at();
  field.id = field_name(field.name);
  if (!fields.push_back(field)) return Violation::kTooManyFields;
  if (field.id != FieldName::kConnection) return std::nullopt;
  return read_connection_options(field.value, connection);
}

template <class Head>
std::optional<Violation> parse_head(std::string_view bytes, Head& head) noexcept {
  head.fields.clear();
  head.connection.clear();
  if (!bytes.ends_with("\r\n\r\n")) return Violation::kMalformedHead;
  Cursor cursor(bytes);
  if (const auto violation = parse_start_line(cursor, head)) return violation;
  while (!cursor.take_line_end()) {
    if (const auto violation = parse_field_line(cursor, head.fields, head.connection)) return violation;
  }
  return cursor.is_at_end() ? std::nullopt : std::optional(Violation::kMalformedHead);
}

// RFC 9112 section 5.2: each CRLF of a fold becomes spaces, so that no view has to move.
void unfold(std::span<char> bytes) noexcept {
  for (std::size_t i = 0; i + 2 < bytes.size(); ++i) {
    if (bytes[i] == '\r' && bytes[i + 1] == '\n' && is_blank(bytes[i + 2])) bytes[i] = bytes[i + 1] = ' ';
  }
}

}  // namespace

std::optional<Violation> parse_request_head(std::span<const char> bytes, RequestHead& head) {
  if (const auto violation = parse_head({bytes.data(), bytes.size()}, head)) return violation;
  if (const auto violation = check_target(head)) return violation;
  return check_host(head);
}

std::optional<Violation> parse_response_head(std::span<char> bytes, ResponseHead& head) {
  const std::string_view text(bytes.data(), bytes.size());
  auto violation = parse_head(text, head);
  if (violation == Violation::kObsoleteFolding) {
    unfold(bytes);
    violation = parse_head(text, head);
  }
  return violation;
}

}  // namespace wayside::http
