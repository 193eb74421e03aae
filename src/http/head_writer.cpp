#include "wayside/http/head_writer.hpp"

#include "wayside/http/text.hpp"

#include <charconv>
#include <cstdint>
#include <cstring>

namespace wayside::http {
namespace {

// Appends to a fixed span; what does not fit is remembered and nothing more is written.
class Appender {
 public:
  explicit Appender(std::span<char> out) noexcept
      : begin_(out.data()), at_(begin_), end_(begin_ + out.size()) {}

  void text(std::string_view text) noexcept { bytes(text.data(), text.data() + text.size()); }
  void bytes(const char* from, const char* to) noexcept {
    const auto size = static_cast<std::size_t>(to - from);
    if (size == 0) return;
    if (size > static_cast<std::size_t>(end_ - at_)) {
      overflowed_ = true;
      end_ = at_;
      return;
    }
    std::memcpy(at_, from, size);
    at_ += size;
  }
  void number(std::uint64_t value) noexcept {
    char digits[20];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    bytes(digits, end);
  }
  std::optional<std::size_t> size() const noexcept {
    if (overflowed_) return std::nullopt;
    return static_cast<std::size_t>(at_ - begin_);
  }

 private:
  char* begin_;
  char* at_;
  char* end_;
  bool overflowed_ = false;
};

// The connection-specific fields that are named nowhere but here (RFC 9110 section 7.6.1). Content-Length is
// not among them: who decides about it are the two functions below.
bool is_hop_by_hop(FieldName id) noexcept {
  switch (id) {
    case FieldName::connection:
    case FieldName::keep_alive:
    case FieldName::proxy_connection:
    case FieldName::te:
    case FieldName::trailer:
    case FieldName::transfer_encoding:
    case FieldName::upgrade:
      return true;
    default:
      return false;
  }
}

bool is_nominated(const ConnectionOptions& options, std::string_view name) noexcept {
  for (std::size_t i = 0; i < options.nominated_count; ++i) {
    if (equals_ignoring_case(options.nominated[i], name)) return true;
  }
  return false;
}

// Copies fields as runs of lines. A line that goes ends the run before it.
class FieldCopier {
 public:
  explicit FieldCopier(Appender& out) noexcept : out_(out) {}

  void keep(const Field& field) noexcept {
    if (run_begin_ == nullptr) run_begin_ = field.name.data();
    run_end_ = field.line_end;
  }
  void drop() noexcept { flush(); }
  // Keeps the field with more behind its value.
  void keep_appending(const Field& field, std::string_view separator, std::string_view more) noexcept {
    flush();
    out_.text(field.name);
    out_.text(": ");
    out_.text(field.value);
    if (!field.value.empty()) out_.text(separator);
    out_.text(more);
    out_.text("\r\n");
  }
  void flush() noexcept {
    if (run_begin_ != nullptr) out_.bytes(run_begin_, run_end_);
    run_begin_ = nullptr;
  }

 private:
  Appender& out_;
  const char* run_begin_ = nullptr;
  const char* run_end_ = nullptr;
};

void write_framing(Appender& out, const Framing& framing, bool length_is_there) noexcept {
  if (framing.kind == Framing::Kind::kChunked) {
    out.text("Transfer-Encoding: chunked\r\n");
  } else if (framing.kind == Framing::Kind::kLength && !length_is_there) {
    out.text("Content-Length: ");
    out.number(framing.length);
    out.text("\r\n");
  }
}

// The X-Forwarded-* fields of a request: who the client was, and what it asked of the first proxy.
struct ForwardedFields {
  const Field* last_for = nullptr;
  bool has_proto = false;
  bool has_host = false;
};

ForwardedFields find_forwarded(const Fields& fields) noexcept {
  ForwardedFields found;
  for (const Field& field : fields) {
    if (field.id != FieldName::unknown || to_lower(field.name.front()) != 'x') continue;
    if (equals_ignoring_case(field.name, "x-forwarded-for")) {
      found.last_for = &field;
    } else if (equals_ignoring_case(field.name, "x-forwarded-proto")) {
      found.has_proto = true;
    } else if (equals_ignoring_case(field.name, "x-forwarded-host")) {
      found.has_host = true;
    }
  }
  return found;
}

// X-Forwarded-For grows by a hop; the others say what the first proxy saw, so they are only added where no
// proxy before this one has.
void write_missing_forwarded(Appender& out, const ForwardedFields& found, const RequestHead& head,
                             std::string_view client_ip) noexcept {
  if (found.last_for == nullptr) {
    out.text("X-Forwarded-For: ");
    out.text(client_ip);
    out.text("\r\n");
  }
  if (!found.has_proto) out.text("X-Forwarded-Proto: http\r\n");
  if (found.has_host) return;
  if (const Field* const host = head.fields.find(FieldName::host)) {
    out.text("X-Forwarded-Host: ");
    out.text(host->value);
    out.text("\r\n");
  }
}

}  // namespace

std::optional<std::size_t> write_request_head(const RequestHead& head, const RequestRewrite& rewrite,
                                              std::span<char> out_span) noexcept {
  Appender out(out_span);
  out.text(head.method_token);
  out.text(" ");
  out.text(head.target);
  out.text(" HTTP/1.1\r\n");

  const ForwardedFields forwarded = find_forwarded(head.fields);
  FieldCopier copier(out);
  bool length_is_there = false;
  for (const Field& field : head.fields) {
    if (field.id == FieldName::content_length) {
      // The first line stays where it is; equal ones behind it go (RFC 9110 section 8.6).
      length_is_there ? copier.drop() : copier.keep(field);
      length_is_there = true;
    } else if (field.id == FieldName::upgrade && rewrite.upgrade) {
      copier.keep(field);
    } else if (is_hop_by_hop(field.id) || is_nominated(head.connection, field.name)) {
      copier.drop();
    } else if (&field == forwarded.last_for) {
      copier.keep_appending(field, ", ", rewrite.client_ip);
    } else {
      copier.keep(field);
    }
  }
  copier.flush();

  // Only HTTP/1.0 may leave Host out, and what goes on is HTTP/1.1 (RFC 9112 section 3.2).
  if (head.fields.find(FieldName::host) == nullptr) {
    out.text("Host: ");
    out.text(rewrite.fallback_host);
    out.text("\r\n");
  }
  if (rewrite.upgrade) out.text("Connection: upgrade\r\n");
  write_framing(out, rewrite.framing, length_is_there);
  write_missing_forwarded(out, forwarded, head, rewrite.client_ip);
  out.text("\r\n");
  return out.size();
}

std::optional<std::size_t> write_response_head(const ResponseHead& head, const ResponseRewrite& rewrite,
                                               std::span<char> out_span) noexcept {
  Appender out(out_span);
  out.text("HTTP/1.1 ");
  out.number(head.status);
  // The space belongs to the status line even where no reason follows (RFC 9112 section 4).
  out.text(" ");
  out.text(head.reason);
  out.text("\r\n");

  const bool keeps_length = rewrite.framing.kind == Framing::Kind::kLength || rewrite.keeps_content_length;
  FieldCopier copier(out);
  bool length_is_there = false;
  for (const Field& field : head.fields) {
    if (field.id == FieldName::content_length) {
      keeps_length && !length_is_there ? copier.keep(field) : copier.drop();
      length_is_there = length_is_there || keeps_length;
    } else if (field.id == FieldName::upgrade && rewrite.upgrade) {
      copier.keep(field);
    } else if (is_hop_by_hop(field.id) || is_nominated(head.connection, field.name)) {
      copier.drop();
    } else {
      copier.keep(field);
    }
  }
  copier.flush();

  if (rewrite.upgrade) {
    out.text(rewrite.close ? "Connection: upgrade, close\r\n" : "Connection: upgrade\r\n");
  } else if (rewrite.close) {
    out.text("Connection: close\r\n");
  } else if (rewrite.announce_keep_alive) {
    out.text("Connection: keep-alive\r\n");
  }
  write_framing(out, rewrite.framing, length_is_there);
  out.text("\r\n");
  return out.size();
}

}  // namespace wayside::http
