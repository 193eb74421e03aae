#include "wayside/http/head_parser.hpp"

#include "wayside/base/text.hpp"

#include "http/connection_options.hpp"
#include "http/request_target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/optional/optional.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

namespace wayside::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

template <class Head>
std::optional<Violation> add_field(const Field& field, Head& head) noexcept {
  if (!head.fields.push_back(field)) return Violation::kTooManyFields;
  if (field.id != field::connection) return std::nullopt;
  return read_connection_options(field.value, head.connection);
}

// Fills a head from Beast's callbacks. Beast stops at a line that it or a callback refuses.
template <class Head>
class LineReader final : public beast::http::basic_parser<std::is_same_v<Head, RequestHead>> {
 public:
  explicit LineReader(Head& head) noexcept : head_(head) {
    this->skip(true);  // the message ends with its head, whatever its fields say about a body
    this->header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScanner enforces the limit
  }

  // Returns the number of bytes in front of the line that the reader stopped at; all bytes if is_done().
  std::size_t read(std::string_view bytes) {
    return this->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error_);
  }

  // Prepares for field lines, the start line having been read elsewhere.
  void skip_start_line() {
    starts_with_fields_ = true;
    read(std::is_same_v<Head, RequestHead> ? "GET / HTTP/1.1\r\n" : "HTTP/1.1 200 OK\r\n");
  }

  // Why the reader stopped: Beast's error, and the violation if a callback refused the line.
  error_code error() const noexcept { return error_; }
  std::optional<Violation> violation() const noexcept { return violation_; }

 private:
  void on_request_impl(Method method, beast::string_view token, beast::string_view target, int version,
                       error_code&) override {
    if constexpr (std::is_same_v<Head, RequestHead>) {
      if (starts_with_fields_) return;
      head_.method_token = token;
      head_.method = known_method(method);
      head_.target = target;
      head_.minor_version = static_cast<unsigned>(version % 10);
    }
  }

  void on_response_impl(int status, beast::string_view reason, int version, error_code& ec) override {
    if constexpr (std::is_same_v<Head, ResponseHead>) {
      if (starts_with_fields_) return;
      // RFC 9110 section 15: the first digit is one of 1 to 5. A higher one has no known class but is
      // relayed; a lower one is not a status code.
      if (status < 100) return stop(ec);
      head_.status = static_cast<unsigned>(status);
      head_.reason = reason;
      head_.minor_version = static_cast<unsigned>(version % 10);
    }
  }

  void on_field_impl(field known_to_beast, beast::string_view name, beast::string_view value,
                     error_code& ec) override {
    // A value that does not start behind its colon was unfolded by Beast: it is on a later line, or in memory
    // of Beast's that is valid during this call only.
    const char* begin = name.data() + name.size() + 1;
    while (is_blank(*begin))
      ++begin;
    if (begin != value.data()) return stop(ec);
    const char* end = begin + value.size();
    while (is_blank(*end))
      ++end;
    violation_ = add_field(
        {.id = field_name(known_to_beast, name), .name = name, .value = value, .line_end = end + 2}, head_);
    if (violation_) stop(ec);
  }

  static void stop(error_code& ec) noexcept {
    ec = boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
  }

  // These say nothing about a head.
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  Head& head_;
  error_code error_;
  std::optional<Violation> violation_;
  bool starts_with_fields_ = false;
};

// RFC 9112 section 2.3. Beast has one error for an unsupported version and for a malformed one.
bool is_foreign_version(std::string_view text) noexcept {
  constexpr std::string_view kForm = "HTTP/1.1";
  const bool has_form = text.size() == kForm.size() && text.starts_with("HTTP/") && is_digit(text[5]) &&
                        text[6] == '.' && is_digit(text[7]);
  return has_form && (text[5] != '1' || text[7] > '1');
}

// The violation of a start line that Beast has refused.
Violation judge_start_line(std::string_view bytes, error_code error, const RequestHead&) noexcept {
  if (error != beast::http::error::bad_version) return Violation::kMalformedHead;
  // Beast has accepted method and target, so neither holds a space.
  const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  const std::size_t target = line.find(' ') + 1;
  const std::string_view version = line.substr(line.find(' ', target) + 1);
  return is_foreign_version(version) ? Violation::kUnsupportedVersion : Violation::kMalformedHead;
}

Violation judge_start_line(std::string_view bytes, error_code, const ResponseHead&) noexcept {
  const bool is_foreign = is_foreign_version(bytes.substr(0, 8)) && bytes.substr(8).starts_with(' ');
  return is_foreign ? Violation::kUnsupportedVersion : Violation::kMalformedHead;
}

// Reads a status line without reason that lacks its second space: many backends send it, and every client
// takes it. Beast is given the line with the space. Returns the size of the line, or 0 if it has another
// fault.
std::size_t read_bare_status_line(std::string_view bytes, ResponseHead& head) {
  constexpr std::size_t kSize = std::string_view("HTTP/1.1 200\r\n").size();
  if (bytes.substr(0, kSize).find("\r\n") != kSize - 2) return 0;
  std::array<char, kSize + 1> line{};
  const auto space = std::copy_n(bytes.begin(), kSize - 2, line.begin());
  std::ranges::copy(std::string_view(" \r\n"), space);
  LineReader<ResponseHead> reader(head);
  if (reader.read({line.data(), line.size()}) != line.size()) return 0;
  head.reason = {};
  return kSize;
}

std::size_t read_bare_status_line(std::string_view, RequestHead&) {
  return 0;
}

// Reads the field line at `at`, which Beast has refused, and moves `at` behind it. Beast checks the values of
// Connection, Proxy-Connection and the framing fields. Here, read_connection_options checks Connection,
// Proxy-Connection is dropped unread, and framing.cpp decides on the framing fields once the head is
// complete.
template <class Head>
std::optional<Violation> read_refused_field(std::string_view bytes, std::size_t& at, Head& head) noexcept {
  // Beast skips a CR without LF at the start of a line.
  if (bytes[at - 1] != '\n') return Violation::kMalformedHead;
  const std::string_view rest = bytes.substr(at);
  const std::string_view name = rest.substr(0, rest.find(':'));
  if (name.empty() || !std::ranges::all_of(name, is_token_char)) return Violation::kMalformedHead;
  const auto value_end = std::ranges::find_if(
      rest, [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f'; });
  const auto size = static_cast<std::size_t>(value_end - rest.begin());
  if (rest.substr(size, 2) != "\r\n") return Violation::kMalformedHead;
  const Field field = {.id = field_name(name),
                       .name = name,
                       .value = trim(rest.substr(name.size() + 1, size - name.size() - 1)),
                       .line_end = rest.data() + size + 2};
  if (const auto violation = add_field(field, head)) return violation;
  if (is_blank(*field.line_end)) return Violation::kObsoleteFolding;  // RFC 9112 section 5.2
  at += size + 2;
  return std::nullopt;
}

// Returns the violation of the line at `at`, where `stopped` has stopped. If the line breaks none of our
// rules, parses the rest of the head.
template <class Head>
[[gnu::cold]] std::optional<Violation> read_on(std::string_view bytes, std::size_t at,
                                               const LineReader<Head>& stopped, Head& head) {
  if (stopped.violation()) return stopped.violation();
  if (at == 0) {
    at = read_bare_status_line(bytes, head);
    if (at == 0) return judge_start_line(bytes, stopped.error(), head);
  } else if (const auto violation = read_refused_field(bytes, at, head)) {
    return violation;
  }
  while (true) {
    LineReader<Head> reader(head);
    reader.skip_start_line();
    at += reader.read(bytes.substr(at));
    if (reader.is_done()) return at == bytes.size() ? std::nullopt : std::optional(Violation::kMalformedHead);
    if (reader.violation()) return reader.violation();
    if (const auto violation = read_refused_field(bytes, at, head)) return violation;
  }
}

template <class Head>
std::optional<Violation> parse_head(std::string_view bytes, Head& head) {
  head.fields.clear();
  head.connection.clear();
  if (!bytes.ends_with("\r\n\r\n")) return Violation::kMalformedHead;
  LineReader<Head> reader(head);
  const std::size_t read = reader.read(bytes);
  if (!reader.is_done()) return read_on(bytes, read, reader, head);
  return read == bytes.size() ? std::nullopt : std::optional(Violation::kMalformedHead);
}

// RFC 9112 section 5.2: each CRLF of a fold becomes two spaces, so no view has to move.
void unfold(std::span<char> bytes) noexcept {
  for (std::size_t i = 0; i + 2 < bytes.size(); ++i) {
    if (bytes[i] == '\r' && bytes[i + 1] == '\n' && is_blank(bytes[i + 2])) bytes[i] = bytes[i + 1] = ' ';
  }
}

}  // namespace

std::optional<Violation> parse_request_head(std::span<const char> bytes, RequestHead& head) {
  if (const auto violation = parse_head(std::string_view(bytes.data(), bytes.size()), head)) return violation;
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
