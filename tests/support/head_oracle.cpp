#include "support/head_oracle.hpp"

#include "wayside/base/text.hpp"
#include "wayside/http/head_parser.hpp"

#include "http/connection_options.hpp"
#include "http/request_target.hpp"
#include "support/parsed_head.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace wayside::test {
namespace {

using http::Violation;

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// VCHAR and obs-text.
constexpr bool is_visible(char c) {
  return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
}

// Reads a head from its first byte to its last. The bytes end with an empty line, so a loop that stops at
// control characters needs no check for the end.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  const char* at() const { return at_; }
  char next() const { return *at_; }
  bool is_at_end() const { return at_ == end_; }

  // These take any number of characters, even none.
  template <class Predicate>
  std::string_view take_while(Predicate&& belongs) {
    const char* const begin = std::exchange(at_, std::find_if_not(at_, end_, belongs));
    return {begin, at_};
  }
  std::string_view take_token() { return take_while(is_token_char); }
  std::string_view take_visible() { return take_while(is_visible); }
  std::string_view take_text() {
    return take_while([](char c) { return is_visible(c) || is_blank(c); });
  }

  // These take a required part, or fail.
  bool take(char expected) {
    if (*at_ != expected) return false;
    ++at_;
    return true;
  }
  bool take_line_end() {
    if (!std::string_view(at_, end_).starts_with("\r\n")) return false;
    at_ += 2;
    return true;
  }

 private:
  const char* at_;
  const char* end_;
};

// "HTTP/1.1" (RFC 9112 section 2.3).
std::optional<Violation> read_version(std::string_view text, unsigned& minor_version) {
  constexpr std::string_view kForm = "HTTP/1.1";
  const bool has_form = text.size() == kForm.size() && text.starts_with("HTTP/") && is_digit(text[5]) &&
                        text[6] == '.' && is_digit(text[7]);
  if (!has_form) return Violation::kMalformedHead;
  if (text[5] != '1' || text[7] > '1') return Violation::kUnsupportedVersion;
  minor_version = static_cast<unsigned>(text[7] - '0');
  return std::nullopt;
}

// method SP request-target SP HTTP-version CRLF (RFC 9112 section 3).
std::optional<Violation> read_start_line(Cursor& cursor, http::RequestHead& head) {
  head.method_token = cursor.take_token();
  if (head.method_token.empty() || !cursor.take(' ')) return Violation::kMalformedHead;
  head.method = method_from_token(head.method_token);
  head.target = cursor.take_visible();
  if (head.target.empty() || !cursor.take(' ')) return Violation::kMalformedHead;
  const std::string_view version = cursor.take_visible();
  if (!cursor.take_line_end()) return Violation::kMalformedHead;
  return read_version(version, head.minor_version);
}

// HTTP-version SP status-code [ SP [ reason-phrase ] ] CRLF (RFC 9112 section 4, where the second space is
// always there).
std::optional<Violation> read_start_line(Cursor& cursor, http::ResponseHead& head) {
  const std::string_view version = cursor.take_visible();
  if (!cursor.take(' ')) return Violation::kMalformedHead;
  const std::string_view status = cursor.take_visible();
  head.reason = cursor.take(' ') ? cursor.take_text() : std::string_view();
  if (!cursor.take_line_end()) return Violation::kMalformedHead;
  if (const auto violation = read_version(version, head.minor_version)) return violation;
  // RFC 9110 section 15: a status code has three digits, the first of them one of 1 to 5. Higher status codes
  // are relayed nevertheless.
  if (status.size() != 3 || !std::ranges::all_of(status, is_digit) || status.front() == '0')
    return Violation::kMalformedHead;
  head.status = static_cast<unsigned>(std::stoul(std::string(status)));
  return std::nullopt;
}

// field-name ":" OWS field-value OWS CRLF (RFC 9112 section 5).
std::optional<Violation> read_field_line(Cursor& cursor, http::Fields& fields,
                                         http::ConnectionOptions& connection) {
  // A line that starts with a blank continues the field before it (section 5.2).
  if (is_blank(cursor.next()))
    return fields.size() == 0 ? Violation::kMalformedHead : Violation::kObsoleteFolding;
  http::Field field;
  field.name = cursor.take_token();
  if (field.name.empty() || !cursor.take(':')) return Violation::kMalformedHead;
  cursor.take_while(is_blank);
  field.value = cursor.take_text();
  while (!field.value.empty() && is_blank(field.value.back()))
    field.value.remove_suffix(1);
  if (!cursor.take_line_end()) return Violation::kMalformedHead;
  field.line_end = cursor.at();
  field.id = http::field_name(field.name);
  if (!fields.push_back(field)) return Violation::kTooManyFields;
  if (field.id != http::field::connection) return std::nullopt;
  return read_connection_options(field.value, connection);
}

template <class Head>
std::optional<Violation> read_head(std::string_view bytes, Head& head) {
  head.fields.clear();
  head.connection.clear();
  if (!bytes.ends_with("\r\n\r\n")) return Violation::kMalformedHead;
  Cursor cursor(bytes);
  if (const auto violation = read_start_line(cursor, head)) return violation;
  while (!cursor.take_line_end()) {
    if (const auto violation = read_field_line(cursor, head.fields, head.connection)) return violation;
  }
  return cursor.is_at_end() ? std::nullopt : std::optional(Violation::kMalformedHead);
}

std::optional<Violation> read_whole(std::string& bytes, http::RequestHead& head) {
  if (const auto violation = read_head(bytes, head)) return violation;
  if (const auto violation = check_target(head)) return violation;
  return check_host(head);
}

// RFC 9112 section 5.2: each CRLF of a fold becomes spaces.
std::optional<Violation> read_whole(std::string& bytes, http::ResponseHead& head) {
  const auto violation = read_head(bytes, head);
  if (violation != Violation::kObsoleteFolding) return violation;
  for (std::size_t at = 0; (at = bytes.find("\r\n", at)) != bytes.npos; at += 2) {
    if (at + 2 < bytes.size() && is_blank(bytes[at + 2])) bytes.replace(at, 2, "  ");
  }
  return read_head(bytes, head);
}

// The contents of a head, with the position of each view in the bytes, as text to compare and print.
class Description {
 public:
  explicit Description(std::string_view bytes) : bytes_(bytes) {}

  Description& add(std::size_t number) {
    text_.append(std::to_string(number)).append(" ");
    return *this;
  }
  Description& add(std::string_view view) {
    if (view.data() == nullptr) {
      text_ += "null ";
      return *this;
    }
    text_.append(view).append("@");
    return add(static_cast<std::size_t>(view.data() - bytes_.data()));
  }
  Description& add(const http::RequestHead& head) {
    return add(static_cast<std::size_t>(head.method))
        .add(head.method_token)
        .add(head.target)
        .add(head.authority);
  }
  Description& add(const http::ResponseHead& head) { return add(head.status).add(head.reason); }
  Description& add(const http::ConnectionOptions& options) {
    add(options.close).add(options.keep_alive).add(options.upgrade);
    for (const std::string_view name : options.nominated)
      add(name);
    return *this;
  }
  Description& add(const http::Field& field) {
    const auto line_end = static_cast<std::size_t>(field.line_end - bytes_.data());
    return add(static_cast<std::size_t>(field.id)).add(field.name).add(field.value).add(line_end);
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string_view bytes_;
  std::string text_;
};

template <class Head>
std::string describe(std::string_view bytes, const Head& head) {
  Description description(bytes);
  description.add(head).add(head.minor_version).add(head.connection);
  for (const http::Field& field : head.fields)
    description.add(field);
  return std::move(description).text();
}

std::string to_word(std::optional<Violation> violation) {
  return violation ? std::string(to_token(*violation)) : "nothing";
}

template <class Parsed, class Head>
std::string disagreement(std::string_view text) {
  constexpr bool kIsRequest = std::is_same_v<Head, http::RequestHead>;
  const Parsed beast(text);
  std::string bytes(text);
  Head head;
  const auto violation = read_whole(bytes, head);
  // All violations of a response count as one.
  const bool agree =
      kIsRequest ? beast.violation == violation : beast.violation.has_value() == violation.has_value();
  if (!agree)
    return "Beast's reader objects to " + to_word(beast.violation) + ", the grammar to " + to_word(violation);
  if (violation) return {};
  if (bytes != beast.bytes) return "Beast's reader unfolds to " + beast.bytes;
  const std::string found = describe(beast.bytes, beast.head);
  return found == describe(bytes, head) ? std::string() : "Beast's reader finds " + found;
}

}  // namespace

std::string disagreement_about_request(std::string_view bytes) {
  return disagreement<ParsedRequest, http::RequestHead>(bytes);
}

std::string disagreement_about_response(std::string_view bytes) {
  return disagreement<ParsedResponse, http::ResponseHead>(bytes);
}

}  // namespace wayside::test
