#include "wayside/http/foreign_protocol.hpp"

namespace wayside::http {

using namespace std::string_view_literals;

std::optional<Violation> foreign_protocol(std::string_view bytes) noexcept {
  // The type of a record with handshake messages, and the first byte of all versions.
  if (bytes.starts_with("\x16\x03"sv) || bytes == "\x16"sv) return Violation::kTlsHello;
  if (bytes.starts_with("PRI * HTTP/2.0\r\n"sv)) return Violation::kHttp2Preface;
  for (const std::string_view mark : {"PROXY TCP4 "sv, "PROXY TCP6 "sv, "PROXY UNKNOWN"sv}) {
    if (bytes.starts_with(mark)) return Violation::kUnexpectedProxyHeader;
  }
  // The rest of the mark of version 2. No request begins with its first byte, so the others are not awaited.
  constexpr std::string_view kBinaryMark = "\0\r\nQUIT\n"sv;
  const std::string_view received = bytes.substr(0, kBinaryMark.size());
  if (!received.empty() && kBinaryMark.starts_with(received)) return Violation::kUnexpectedProxyHeader;
  return std::nullopt;
}

std::string_view http2_refusal() noexcept {
  return "\0\0\0\x04\0\0\0\0\0"    // SETTINGS of 0 bytes
         "\0\0\x19\x07\0\0\0\0\0"  // GOAWAY of 25 bytes
         "\0\0\0\0\0\0\0\x0d"      // no stream was served; HTTP_1_1_REQUIRED
         "use HTTP/1.1 here"sv;
}

}  // namespace wayside::http
