#include "wayside/http/head_parser.hpp"

#include "wayside/http/text.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace wayside::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

// Names that a Connection field may not take away: without them the message would mean something else, or
// would seem to come from somebody else.
bool is_protected(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 6> kProtected = {
      "host",
      "content-length",
      "transfer-encoding",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
  };
  return std::any_of(kProtected.begin(), kProtected.end(),
                     [&](std::string_view kept) { return equals_ignoring_case(name, kept); });
}

bool read_connection_options(std::string_view value, ConnectionOptions& options) {
  bool fits = true;
  for_each_token(value, [&](std::string_view token) {
    if (equals_ignoring_case(token, "close")) {
      options.close = true;
    } else if (equals_ignoring_case(token, "keep-alive")) {
      options.keep_alive = true;
    } else if (equals_ignoring_case(token, "upgrade")) {
      options.upgrade = true;
    } else if (!is_protected(token)) {
      fits = options.nominated_count < options.nominated.size();
      if (fits) options.nominated[options.nominated_count++] = token;
    }
    return fits;
  });
  return fits;
}

// Collects what Beast's parser reports. One parser per head: it is cheap to make and cannot be reset.
template <bool IsRequest, class Head>
class Parser final : public beast_http::basic_parser<IsRequest> {
 public:
  Parser(std::span<const char> bytes, Head& head) : bytes_(bytes), head_(head) {
    this->header_limit(static_cast<std::uint32_t>(limits::kMaxHead));
    this->body_limit(boost::none);
    head_.fields.clear();
    head_.connection = {};
  }

  std::optional<Violation> parse() {
    error_code ec;
    const std::size_t first = put_bare_status_line(ec);
    const std::size_t used =
        first + this->put(boost::asio::const_buffer(bytes_.data() + first, bytes_.size() - first), ec);
    if (violation_) return violation_;
    if (ec == beast_http::error::bad_version) {
      return names_other_version() ? Violation::kUnsupportedVersion : Violation::kMalformedHead;
    }
    if (ec == beast_http::error::bad_content_length || ec == beast_http::error::multiple_content_length) {
      return Violation::kBadContentLength;
    }
    // Beast says this of a second Transfer-Encoding and of one that follows a Content-Length.
    if (ec == beast_http::error::bad_transfer_encoding) return Violation::kLengthAndTransferEncoding;
    if (ec || used != bytes_.size() || !this->is_header_done()) return Violation::kMalformedHead;
    return std::nullopt;
  }

 private:
  void on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    if constexpr (IsRequest) {
      head_.method_token = method;
      head_.method = method_from_token(method);
      head_.target = target;
      head_.minor_version = static_cast<unsigned>(version % 10);
    }
  }

  void on_response_impl(int code, string_view reason, int version, error_code&) override {
    if constexpr (!IsRequest) {
      head_.status = static_cast<unsigned>(code);
      head_.reason = reason;
      head_.minor_version = static_cast<unsigned>(version % 10);
    }
  }

  void on_field_impl(FieldName id, string_view name, string_view value, error_code& ec) override {
    // Beast unfolds silently, into a buffer of its own where it has to, so the fold is looked for in what was
    // sent: a line that the next one continues.
    const std::size_t begin = static_cast<std::size_t>(name.data() - bytes_.data()) + name.size();
    const std::size_t next = std::string_view(bytes_.data(), bytes_.size()).find('\n', begin) + 1;
    if (bytes_[next] == ' ' || bytes_[next] == '\t') return fail(Violation::kObsoleteFolding, ec);
    const char* const line_end = bytes_.data() + next;
    if (!head_.fields.push_back({id, name, value, line_end})) return fail(Violation::kTooManyFields, ec);
    if (id == FieldName::connection && !read_connection_options(value, head_.connection)) {
      return fail(Violation::kTooManyConnectionOptions, ec);
    }
  }

  // RFC 9112 section 4 asks for a space behind the status code even where no reason follows. Many a backend
  // leaves it out, and every client takes it; Beast does not, so it gets the line with the space. Returns the
  // size of the line as it was sent; 0 for any other.
  std::size_t put_bare_status_line(error_code& ec) {
    constexpr std::string_view kForm = "HTTP/1.1 200\r\n";
    if (IsRequest || bytes_.size() < kForm.size() || bytes_[kForm.size() - 2] != '\r' ||
        bytes_[kForm.size() - 1] != '\n') {
      return 0;
    }
    std::array<char, kForm.size() + 1> line;
    std::copy_n(bytes_.data(), kForm.size() - 2, line.data());
    std::copy_n(" \r\n", 3, line.data() + kForm.size() - 2);
    this->put(boost::asio::const_buffer(line.data(), line.size()), ec);
    // The line is complete and the fields are not.
    return ec == beast_http::error::need_more ? kForm.size() : 0;
  }

  // Beast calls every deviation where the version stands a bad version. It is one where it has the form of a
  // version (RFC 9112 section 2.3).
  bool names_other_version() const {
    constexpr std::size_t kSize = std::string_view("HTTP/d.d").size();
    const std::string_view text(bytes_.data(), bytes_.size());
    const std::string_view line = text.substr(0, text.find("\r\n"));
    if (line.size() < kSize) return false;
    const std::string_view version = IsRequest ? line.substr(line.size() - kSize) : line.substr(0, kSize);
    return version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
           is_digit(version[7]) && version != "HTTP/1.0" && version != "HTTP/1.1";
  }

  void fail(Violation violation, error_code& ec) {
    violation_ = violation;
    ec = beast_http::error::bad_field;
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  std::span<const char> bytes_;
  Head& head_;
  std::optional<Violation> violation_;
};

// uri-host [ ":" port ] (RFC 9110 section 7.2, RFC 3986 section 3.2.2), as far as its characters go. It may
// be empty.
bool is_valid_authority(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos || end == 1) return false;
    for (const char c : text.substr(1, end - 1)) {
      if (!is_hex_digit(c) && c != ':' && c != '.') return false;
    }
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') return false;
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  constexpr std::string_view kOthers = "-._~!$&'()*+;=%";  // and ",": two Host fields that somebody merged
  for (const char c : text.substr(0, colon)) {
    if (!is_digit(c) && !(to_lower(c) >= 'a' && to_lower(c) <= 'z') && kOthers.find(c) == kOthers.npos)
      return false;
  }
  const std::string_view port = text.substr(std::min(colon + 1, text.size()));
  return std::all_of(port.begin(), port.end(), is_digit);
}

// RFC 9112 section 3.2: exactly one valid Host in HTTP/1.1; HTTP/1.0 may come without.
std::optional<Violation> check_host(const RequestHead& head) {
  const Field* host = nullptr;
  for (const Field& field : head.fields) {
    if (field.id != FieldName::host) continue;
    if (host != nullptr) return Violation::kDuplicateHost;
    host = &field;
  }
  if (host == nullptr) return head.minor_version == 1 ? std::optional(Violation::kMissingHost) : std::nullopt;
  return is_valid_authority(host->value) ? std::nullopt : std::optional(Violation::kBadHost);
}

// RFC 9112 section 3.2: origin-form, absolute-form, or "*" for OPTIONS alone. A fragment is never part of it.
std::optional<Violation> check_target(RequestHead& head) {
  head.authority = {};
  if (head.method == Method::kConnect) return Violation::kConnectUnsupported;
  if (head.target.find('#') != head.target.npos) return Violation::kBadTarget;
  if (head.target.starts_with('/')) return std::nullopt;
  if (head.target == "*" && head.method == Method::kOptions) return std::nullopt;
  const std::size_t colon = head.target.find("://");
  if (colon == head.target.npos) return Violation::kBadTarget;
  const std::string_view scheme = head.target.substr(0, colon);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https"))
    return Violation::kBadTarget;
  // RFC 9110 section 4.2.1: an http URI without a host is invalid; section 4.2.4: so is one with a user.
  const std::string_view rest = head.target.substr(colon + 3);
  head.authority = rest.substr(0, rest.find_first_of("/?"));
  const bool has_host = !head.authority.empty() && head.authority.front() != ':';
  return has_host && is_valid_authority(head.authority) ? std::nullopt : std::optional(Violation::kBadTarget);
}

// RFC 9112 section 5.2: each CRLF of a fold becomes spaces, so that no view has to move.
// Whether there was one.
bool unfold(std::span<char> bytes) {
  bool found = false;
  for (std::size_t i = 0; i + 2 < bytes.size(); ++i) {
    if (bytes[i] == '\r' && bytes[i + 1] == '\n' && (bytes[i + 2] == ' ' || bytes[i + 2] == '\t')) {
      bytes[i] = bytes[i + 1] = ' ';
      found = true;
    }
  }
  return found;
}

}  // namespace

const Field* Fields::find(FieldName id) const noexcept {
  for (const Field& field : all()) {
    if (field.id == id) return &field;
  }
  return nullptr;
}

std::optional<Violation> parse_request_head(std::span<const char> bytes, RequestHead& head) {
  if (const auto violation = Parser<true, RequestHead>(bytes, head).parse()) return violation;
  if (const auto violation = check_target(head)) return violation;
  return check_host(head);
}

std::optional<Violation> parse_response_head(std::span<char> bytes, ResponseHead& head) {
  auto violation = Parser<false, ResponseHead>(bytes, head).parse();
  // Beast gives up on a long fold before it reports the field, so any doubt is reason enough to look.
  if (violation && unfold(bytes)) violation = Parser<false, ResponseHead>(bytes, head).parse();
  // RFC 9110 section 15: a status code has three digits, the first of them one of 1 to 5. What is above is of
  // no known class but is relayed; what is below is no status code.
  if (!violation && head.status < 100) return Violation::kMalformedHead;
  return violation;
}

}  // namespace wayside::http
