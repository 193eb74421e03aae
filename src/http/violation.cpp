#include "wayside/http/violation.hpp"

#include <array>

namespace wayside::http {
namespace {

struct Row {
  Violation violation;
  unsigned status;
  std::string_view token;
  std::string_view text;
};

constexpr std::array kRows = {
    Row{Violation::kMalformedHead, 400, "malformed_head", "the message head is malformed"},
    Row{Violation::kBareLineFeed, 400, "bare_line_feed", "a line ends without a carriage return"},
    Row{Violation::kRequestLineTooLong, 414, "request_line_too_long", "the request line is too long"},
    Row{Violation::kHeadTooLarge, 431, "head_too_large", "the message head is too large"},
    Row{Violation::kTooManyFields, 431, "too_many_fields", "the message has too many header fields"},
    Row{Violation::kUnsupportedVersion, 505, "unsupported_version",
        "only HTTP/1.0 and HTTP/1.1 are spoken here"},
    Row{Violation::kObsoleteFolding, 400, "obsolete_folding", "a header field is folded over several lines"},
    Row{Violation::kMissingHost, 400, "missing_host", "the Host field is missing"},
    Row{Violation::kDuplicateHost, 400, "duplicate_host", "there is more than one Host field"},
    Row{Violation::kBadHost, 400, "bad_host", "the Host field is invalid"},
    Row{Violation::kBadTarget, 400, "bad_target", "the request target is invalid"},
    Row{Violation::kConnectUnsupported, 501, "connect_unsupported", "CONNECT is not supported"},
    Row{Violation::kBadContentLength, 400, "bad_content_length", "the Content-Length is invalid"},
    Row{Violation::kLengthAndTransferEncoding, 400, "length_and_transfer_encoding",
        "Content-Length and Transfer-Encoding exclude each other"},
    Row{Violation::kBadTransferEncoding, 501, "bad_transfer_encoding",
        "the only Transfer-Encoding supported is a single \"chunked\""},
    Row{Violation::kTransferEncodingInHttp10, 400, "transfer_encoding_in_http10",
        "Transfer-Encoding does not exist in HTTP/1.0"},
    Row{Violation::kTooManyConnectionOptions, 400, "too_many_connection_options",
        "the Connection field lists too many options"},
    Row{Violation::kBadChunk, 400, "bad_chunk", "the chunked body is malformed"},
    Row{Violation::kTrailersTooLarge, 431, "trailers_too_large", "the trailer section is too large"},
    Row{Violation::kBodyTooLarge, 413, "body_too_large", "the request body is too large"},
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
  return row(violation).status;
}
std::string_view to_token(Violation violation) noexcept {
  return row(violation).token;
}
std::string_view to_text(Violation violation) noexcept {
  return row(violation).text;
}

}  // namespace wayside::http
