#include "wayside/http/violation.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <ostream>  // status.hpp uses it without including it

namespace wayside::http {
namespace {

using boost::beast::http::status;

struct Row {
  Violation violation;
  status answer;
  std::string_view token;
  std::string_view response_token;
  std::string_view text;
};

constexpr std::array kRows = {
    Row{Violation::kMalformedHead, status::bad_request, "malformed_head", "response_malformed_head",
        "the message head is malformed"},
    Row{Violation::kBareLineFeed, status::bad_request, "bare_line_feed", "response_bare_line_feed",
        "a line ends without a carriage return"},
    Row{Violation::kRequestLineTooLong, status::uri_too_long, "request_line_too_long", "",
        "the request line is too long"},
    Row{Violation::kHeadTooLarge, status::request_header_fields_too_large, "head_too_large",
        "response_head_too_large", "the message head is too large"},
    Row{Violation::kTooManyFields, status::request_header_fields_too_large, "too_many_fields",
        "response_too_many_fields", "the message has too many header fields"},
    Row{Violation::kUnsupportedVersion, status::http_version_not_supported, "unsupported_version",
        "response_unsupported_version", "only HTTP/1.0 and HTTP/1.1 are spoken here"},
    Row{Violation::kObsoleteFolding, status::bad_request, "obsolete_folding", "",
        "a header field is folded over several lines"},
    Row{Violation::kMissingHost, status::bad_request, "missing_host", "", "the Host field is missing"},
    Row{Violation::kDuplicateHost, status::bad_request, "duplicate_host", "",
        "there is more than one Host field"},
    Row{Violation::kBadHost, status::bad_request, "bad_host", "", "the Host field is invalid"},
    Row{Violation::kBadTarget, status::bad_request, "bad_target", "", "the request target is invalid"},
    Row{Violation::kConnectUnsupported, status::not_implemented, "connect_unsupported", "",
        "CONNECT is not supported"},
    Row{Violation::kBadContentLength, status::bad_request, "bad_content_length",
        "response_bad_content_length", "the Content-Length is invalid"},
    Row{Violation::kLengthAndTransferEncoding, status::bad_request, "length_and_transfer_encoding",
        "response_length_and_transfer_encoding", "Content-Length and Transfer-Encoding exclude each other"},
    Row{Violation::kBadTransferEncoding, status::not_implemented, "bad_transfer_encoding",
        "response_bad_transfer_encoding", "the only Transfer-Encoding supported is a single \"chunked\""},
    Row{Violation::kTransferEncodingInHttp10, status::bad_request, "transfer_encoding_in_http10",
        "response_transfer_encoding_in_http10", "Transfer-Encoding does not exist in HTTP/1.0"},
    Row{Violation::kTooManyConnectionOptions, status::bad_request, "too_many_connection_options",
        "response_too_many_connection_options", "the Connection field lists too many options"},
    Row{Violation::kBadChunk, status::bad_request, "bad_chunk", "response_bad_chunk",
        "the chunked body is malformed"},
    Row{Violation::kTrailersTooLarge, status::request_header_fields_too_large, "trailers_too_large",
        "response_trailers_too_large", "the trailer section is too large"},
    Row{Violation::kBodyTooLarge, status::payload_too_large, "body_too_large", "",
        "the request body is too large"},
    Row{Violation::kTlsHello, status::bad_request, "tls_hello", "", "this port speaks HTTP without TLS"},
    Row{Violation::kHttp2Preface, status::http_version_not_supported, "http2_preface", "",
        "this port speaks HTTP/1.1, not HTTP/2"},
    Row{Violation::kPlainHttp, status::bad_request, "plain_http", "", "this port speaks HTTPS: use https://"},
    Row{Violation::kUnexpectedProxyHeader, status::bad_request, "unexpected_proxy_header", "",
        "a header of the PROXY protocol came where none is expected (listen.proxy_protocol)"},
    Row{Violation::kMissingProxyHeader, status::bad_request, "missing_proxy_header", "",
        "this port expects a header of the PROXY protocol first (listen.proxy_protocol)"},
    Row{Violation::kBadProxyHeader, status::bad_request, "bad_proxy_header", "",
        "the header of the PROXY protocol is malformed"},
    Row{Violation::kUntrustedProxyHeader, status::bad_request, "untrusted_proxy_header", "",
        "the PROXY protocol is spoken by a client outside trusted_proxies"},
    Row{Violation::kUnaskedSwitch, status::bad_gateway, "", "response_unasked_switch",
        "the response switches to a protocol that the request did not ask for"},
    Row{Violation::kTooManyInformational, status::bad_gateway, "", "response_too_many_informational",
        "too many informational responses precede the final one"},
    Row{Violation::kTruncatedHead, status::bad_gateway, "", "response_truncated_head",
        "the connection ended before the head of the final response was complete"},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].violation) != i) return false;
  }
  return true;
}
static_assert(kRows.size() == kViolationCount);
static_assert(rows_are_in_order(), "a violation is the index of its row");

const Row& row(Violation violation) noexcept {
  return kRows[static_cast<std::size_t>(violation)];
}

}  // namespace

unsigned status_of(Violation violation) noexcept {
  return static_cast<unsigned>(row(violation).answer);
}
std::string_view to_token(Violation violation) noexcept {
  return row(violation).token;
}
std::string_view to_response_token(Violation violation) noexcept {
  return row(violation).response_token;
}
std::string_view to_text(Violation violation) noexcept {
  return row(violation).text;
}

}  // namespace wayside::http
