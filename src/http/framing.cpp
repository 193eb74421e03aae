#include "wayside/http/framing.hpp"

#include "wayside/base/text.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

namespace wayside::http {
namespace {

struct BodyFields {
  std::optional<std::uint64_t> length;
  bool has_transfer_encoding = false;
};

// Most programs keep a length in a signed 64-bit number (off_t, long, ssize_t), where a larger one becomes
// negative. A recipient must guard against that (RFC 9110 section 8.6), and not all do.
constexpr std::uint64_t kMaxLength = std::numeric_limits<std::int64_t>::max();

// 1*DIGIT (RFC 9110 section 8.6): no sign, no space, no overflow, neither here nor at the backend.
std::optional<std::uint64_t> parse_length(std::string_view text) noexcept {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc{} || end != text.data() + text.size() || length > kMaxLength) return std::nullopt;
  return length;
}

Checked<BodyFields, Violation> read_body_fields(const Fields& fields) {
  BodyFields found;
  if (!fields.names().overlaps(FieldNames(field::content_length, field::transfer_encoding))) return found;
  bool chunked_once = true;  // or no Transfer-Encoding at all
  for (const Field& field : fields) {
    if (field.id == field::content_length) {
      // Equal values may be merged, as one line or as several; a list is refused (RFC 9110 section 8.6).
      const std::optional<std::uint64_t> length = parse_length(field.value);
      if (!length || (found.length && *found.length != *length)) return Violation::kBadContentLength;
      found.length = length;
    } else if (field.id == field::transfer_encoding) {
      chunked_once = !found.has_transfer_encoding && equals_ignoring_case(field.value, "chunked");
      found.has_transfer_encoding = true;
    }
  }
  if (found.length && found.has_transfer_encoding) return Violation::kLengthAndTransferEncoding;
  if (!chunked_once) return Violation::kBadTransferEncoding;
  return found;
}

}  // namespace

Checked<Framing, Violation> request_framing(const RequestHead& head) {
  const auto fields = read_body_fields(head.fields);
  if (!fields) return fields.error();
  if (fields->has_transfer_encoding) {
    // RFC 9112 section 6.1: such a message has faulty framing, even if it could be understood.
    if (head.minor_version == 0) return Violation::kTransferEncodingInHttp10;
    return Framing{Framing::Kind::kChunked, 0};
  }
  if (fields->length) return Framing{Framing::Kind::kLength, *fields->length};
  return Framing{};
}

Checked<Framing, Violation> response_framing(const ResponseHead& head, Method request_method) {
  // RFC 9112 section 6.3, in its order. The fields are checked first, even of a response without a body:
  // after a contradiction, the backend's next response cannot be trusted either.
  const auto fields = read_body_fields(head.fields);
  if (!fields) return fields.error();
  const bool bodiless =
      request_method == Method::head || head.status / 100 == 1 || head.status == 204 || head.status == 304;
  if (bodiless) return Framing{};
  if (fields->has_transfer_encoding) {
    if (head.minor_version == 0) return Violation::kTransferEncodingInHttp10;
    return Framing{Framing::Kind::kChunked, 0};
  }
  if (fields->length) return Framing{Framing::Kind::kLength, *fields->length};
  return Framing{Framing::Kind::kUntilClose, 0};
}

}  // namespace wayside::http
