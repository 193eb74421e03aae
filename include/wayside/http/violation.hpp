// The faults of a message, and how they are reported.
//
// One table (violation.cpp) gives each violation its status code, tokens and text. The status code answers a
// client that sent the message; if the backend sent it, the answer is 502. The tokens name the violation in
// logs and metric labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wayside::http {

enum class Violation : std::uint8_t {
  kMalformedHead,              // violates the grammar of RFC 9112 section 2
  kBareLineFeed,               // a line that ends without CR
  kRequestLineTooLong,         // Limits::request_line
  kHeadTooLarge,               // Limits::head
  kTooManyFields,              // Limits::fields
  kUnsupportedVersion,         // not HTTP/1.x (RFC 9110 section 2.5)
  kObsoleteFolding,            // RFC 9112 section 5.2
  kMissingHost,                // RFC 9112 section 3.2
  kDuplicateHost,              //
  kBadHost,                    //
  kBadTarget,                  // a target that is in none of the four forms (RFC 9112 section 3.2)
  kConnectUnsupported,         // wayside is a gateway, not a tunnel (RFC 9110 section 9.3.6)
  kBadContentLength,           // RFC 9110 section 8.6
  kLengthAndTransferEncoding,  // RFC 9112 section 6.1
  kBadTransferEncoding,        // anything but exactly one "chunked"
  kTransferEncodingInHttp10,   // RFC 9112 section 6.1
  kTooManyConnectionOptions,   // limits::kConnectionOptions
  kBadChunk,                   // RFC 9112 section 7.1
  kTrailersTooLarge,           // Limits::trailers
  kBodyTooLarge,               // Limits::body
  kTlsHello,                   // another protocol, see foreign_protocol.hpp
  kHttp2Preface,               //
  kPlainHttp,                  // on a port that speaks TLS
  kUnexpectedProxyHeader,      //
  kMissingProxyHeader,         // of the PROXY protocol, where a listener asks for it
  kBadProxyHeader,             //
  kUntrustedProxyHeader,       // of a client that is no trusted proxy
  kUnaskedSwitch,              // 101 that the request did not ask for (RFC 9110 section 15.2.2)
  kTooManyInformational,       // responses of 1xx before the final one
  kTruncatedHead,              // the connection ended inside a head, or behind a response of 1xx
};
inline constexpr std::size_t kViolationCount = 30;

unsigned status_of(Violation violation) noexcept;
// In snake_case, of a request with the violation: "bad_chunk". Empty where no request can have it.
std::string_view to_token(Violation violation) noexcept;
// The same of a response: "response_bad_chunk". Empty where no response can have it.
std::string_view to_response_token(Violation violation) noexcept;
// For people: "the Content-Length is invalid". No newline.
std::string_view to_text(Violation violation) noexcept;

}  // namespace wayside::http
