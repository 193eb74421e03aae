#include "wayside/http/head_writer.hpp"

#include "wayside/base/text.hpp"

#include "http/appender.hpp"
#include "http/field_kinds.hpp"

#include <algorithm>
#include <array>

namespace wayside::http {
namespace {

// Fields that are always for one hop (RFC 9110 section 7.6.1). The two writers below decide on
// Content-Length.
constexpr FieldNames kHopByHop(field::connection, field::keep_alive, field::proxy_connection, field::te,
                               field::trailer, field::transfer_encoding, field::upgrade);

// Request fields that a backend would mistake for trusted ones.
constexpr FieldNames kForgeries(kUnderscoreTwin, kProxy);

// A field in which a client says who it is, or for whom it asks. Proxies alone may do so.
bool is_claim(const Field& field) noexcept {
  constexpr FieldNames kClaims(field::forwarded, kXForwardedFor, kXForwardedHost, kXForwardedProto);
  return kClaims.contains(field.id) || (field.id == field::unknown && is_set_by_proxies(field.name));
}

bool is_nominated(const ConnectionOptions& options, std::string_view name) noexcept {
  for (const std::string_view nominated : options.nominated) {
    if (equals_ignoring_case(nominated, name)) return true;
  }
  return false;
}

// Copies fields as runs of lines. A dropped line ends the run before it.
class FieldCopier {
 public:
  explicit FieldCopier(Appender& out) noexcept : out_(out) {}

  void keep(const Field& field) noexcept {
    if (run_begin_ == nullptr) run_begin_ = field.name.data();
    run_end_ = field.line_end;
  }
  void drop() noexcept { flush(); }
  // Keeps the field, and appends an element to its list.
  void append(const Field& field, std::string_view element) noexcept {
    flush();
    out_.text(field.name);
    out_.text(": ");
    out_.text(field.value);
    if (!field.value.empty()) out_.text(", ");
    out_.text(element);
    out_.text("\r\n");
  }
  // Keeps the field with a new value.
  void replace(const Field& field, std::string_view value) noexcept {
    flush();
    out_.text(field.name);
    out_.text(": ");
    out_.text(value);
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

// Of the request as it came to this hop, or to the load balancer in front of it.
std::string_view scheme_of(const RequestRewrite& rewrite) noexcept {
  return rewrite.client_uses_tls ? "https" : "http";
}

// This hop's element of a Forwarded field (RFC 7239 sections 4 to 6). An IPv6 address is quoted and in
// brackets, and a client without an address is unknown.
std::string_view own_forwarded(const RequestRewrite& rewrite, std::span<char, 64> buffer) noexcept {
  const std::string_view ip = rewrite.client_ip;
  Appender element(buffer);
  const bool is_v6 = ip.find(':') != ip.npos;
  element.text(is_v6 ? "for=\"[" : "for=");
  element.text(ip.empty() ? "unknown" : ip);
  if (is_v6) element.text("]\"");
  element.text(";proto=");
  element.text(scheme_of(rewrite));
  return {buffer.data(), element.size().value_or(0)};
}

// The last field of that name; nullptr if there is none.
const Field* find_last(const Fields& fields, field id) noexcept {
  const Field* last = nullptr;
  if (!fields.contains(id)) return last;
  for (const Field& field : fields) {
    if (field.id == id) last = &field;
  }
  return last;
}

void write_field(Appender& out, std::string_view name, std::string_view value) noexcept {
  out.text(name);
  out.text(": ");
  out.text(value);
  out.text("\r\n");
}

}  // namespace

std::optional<std::size_t> write_request_head(const RequestHead& head, const RequestRewrite& rewrite,
                                              std::span<char> out_span) noexcept {
  Appender out(out_span);
  out.text(head.method_token);
  out.text(" ");
  out.text(head.target);
  out.text(" HTTP/1.1\r\n");

  // This hop appends to the last line of each, or adds a line if there is none. Forwarded is appended to, but
  // not added: without this hop's element, a backend that reads it from the right would take a client's word
  // for a proxy's.
  const bool trusts = rewrite.trusts_client;
  const Field* const forwarded_for = trusts ? find_last(head.fields, kXForwardedFor) : nullptr;
  const Field* const forwarded = trusts ? find_last(head.fields, field::forwarded) : nullptr;
  const Field* const via = rewrite.via ? find_last(head.fields, field::via) : nullptr;
  const Field* const host = head.fields.find(field::host);
  const std::string_view own_via = head.minor_version == 0 ? "1.0 wayside" : "1.1 wayside";
  std::array<char, 64> own_element;
  FieldCopier copier(out);
  bool length_is_there = false;
  for (const Field& field : head.fields) {
    if (field.id == field::content_length) {
      // The first line stays in its place; later ones, which are equal, are dropped (RFC 9110 section 8.6).
      length_is_there ? copier.drop() : copier.keep(field);
      length_is_there = true;
    } else if (field.id == field::upgrade && rewrite.upgrade) {
      copier.keep(field);
    } else if (kHopByHop.contains(field.id) || kForgeries.contains(field.id) ||
               is_nominated(head.connection, field.name) || (!trusts && is_claim(field))) {
      copier.drop();
    } else if (rewrite.client_certificate && is_spelling_of(field.name, "x-forwarded-client-cert")) {
      copier.drop();
    } else if (&field == host && !head.authority.empty()) {
      // RFC 9112 section 3.2.2: the authority of the target replaces the value of Host.
      copier.replace(field, head.authority);
    } else if (&field == forwarded_for && !rewrite.client_ip.empty()) {
      copier.append(field, rewrite.client_ip);
    } else if (&field == forwarded) {
      copier.append(field, own_forwarded(rewrite, own_element));
    } else if (&field == via) {
      copier.append(field, own_via);
    } else if (field.id == field::max_forwards && rewrite.max_forwards) {
      copier.drop();
    } else {
      copier.keep(field);
    }
  }
  copier.flush();

  // Only an HTTP/1.0 request may lack Host, and it is forwarded as HTTP/1.1 (RFC 9112 section 3.2).
  if (host == nullptr)
    write_field(out, "Host", head.authority.empty() ? rewrite.fallback_host : head.authority);
  if (rewrite.upgrade) out.text("Connection: upgrade\r\n");
  write_framing(out, rewrite.framing, length_is_there);
  if (rewrite.max_forwards) {
    out.text("Max-Forwards: ");
    out.number(*rewrite.max_forwards);
    out.text("\r\n");
  }
  if (rewrite.via && via == nullptr) write_field(out, "Via", own_via);
  if (forwarded_for == nullptr && !rewrite.client_ip.empty())
    write_field(out, "X-Forwarded-For", rewrite.client_ip);
  if (!trusts && head.fields.contains(field::forwarded))
    write_field(out, "Forwarded", own_forwarded(rewrite, own_element));
  // These describe what the first proxy saw, so they are added only if absent.
  if (!trusts || !head.fields.contains(kXForwardedProto))
    write_field(out, "X-Forwarded-Proto", scheme_of(rewrite));
  if (rewrite.client_certificate && !rewrite.client_certificate->empty())
    write_field(out, "X-Forwarded-Client-Cert", *rewrite.client_certificate);
  const std::string_view asked_host = !head.authority.empty() ? head.authority : host ? host->value : "";
  if ((!trusts || !head.fields.contains(kXForwardedHost)) && !asked_host.empty())
    write_field(out, "X-Forwarded-Host", asked_host);
  out.text("\r\n");
  return out.size();
}

bool is_unchanged(const ResponseHead& head, const ResponseRewrite& rewrite) noexcept {
  if (head.minor_version != 1 || head.reason.data() == nullptr) return false;
  const Fields& fields = head.fields;
  // Nothing is added.
  const bool lacks_date = !rewrite.date.empty() && !fields.contains(field::date);
  if (lacks_date || rewrite.upgrade || rewrite.close || rewrite.announce_keep_alive) return false;
  // Nothing is dropped. Without a Connection field, no field is nominated either.
  if (fields.names().overlaps(kHopByHop)) return false;
  const auto is_left_out = [&](const Field& field) {
    return equals_ignoring_case(field.name, rewrite.left_out);
  };
  if (!rewrite.left_out.empty() && std::ranges::any_of(fields, is_left_out)) return false;
  // The framing stays as it is.
  const auto lengths = std::ranges::count(fields, field::content_length, &Field::id);
  switch (rewrite.framing.kind) {
    case Framing::Kind::kChunked:
      return false;  // also, the first chunk-size line may be written over the received head
    case Framing::Kind::kLength:
      return lengths == 1;
    default:
      return lengths == 0 || (lengths == 1 && rewrite.keeps_content_length);
  }
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
    if (field.id == field::content_length) {
      keeps_length && !length_is_there ? copier.keep(field) : copier.drop();
      length_is_there = length_is_there || keeps_length;
    } else if (field.id == field::upgrade && rewrite.upgrade) {
      copier.keep(field);
    } else if (field.id == field::trailer && rewrite.framing.kind == Framing::Kind::kChunked &&
               !is_nominated(head.connection, field.name)) {
      // The trailers that it announces go on too (RFC 9110 section 6.6.2).
      copier.keep(field);
    } else if (kHopByHop.contains(field.id) || is_nominated(head.connection, field.name) ||
               (!rewrite.left_out.empty() && equals_ignoring_case(field.name, rewrite.left_out))) {
      copier.drop();
    } else {
      copier.keep(field);
    }
  }
  copier.flush();

  if (!rewrite.date.empty() && !head.fields.contains(field::date)) write_field(out, "Date", rewrite.date);
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
