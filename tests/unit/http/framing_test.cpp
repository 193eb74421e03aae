#include "wayside/http/framing.hpp"

#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wayside::http {
namespace {

using Kind = Framing::Kind;
using test::ParsedRequest;
using test::ParsedResponse;

// As text, the violation included, for readable tables and failures.
std::string to_words(const Checked<Framing, Violation>& framing) {
  if (!framing) return std::string(to_token(framing.error()));
  switch (framing->kind) {
    case Kind::kNone:
      return "none";
    case Kind::kLength:
      return "length " + std::to_string(framing->length);
    case Kind::kChunked:
      return "chunked";
    case Kind::kUntilClose:
      return "until close";
  }
  return "?";
}

// Parser and framing together: a head that one of them refuses is refused.
std::string request_outcome(std::string_view fields, std::string_view version = "1.1") {
  const ParsedRequest request("POST / HTTP/" + std::string(version) + "\r\nHost: a\r\n" +
                              std::string(fields) + "\r\n");
  if (request.violation) return to_words(*request.violation);
  return to_words(request_framing(request.head));
}

std::string response_outcome(unsigned status, std::string_view fields, Method method = Method::get,
                             std::string_view version = "1.1") {
  const ParsedResponse response("HTTP/" + std::string(version) + " " + std::to_string(status) + " X\r\n" +
                                std::string(fields) + "\r\n");
  if (response.violation) return to_words(*response.violation);
  return to_words(response_framing(response.head, method));
}

TEST(RequestFraming, FollowsTheFields) {
  EXPECT_EQ(request_outcome(""), "none");
  EXPECT_EQ(request_outcome("Content-Length: 0\r\n"), "length 0");
  EXPECT_EQ(request_outcome("Content-Length: 5\r\n"), "length 5");
  EXPECT_EQ(request_outcome("Content-Length: 0005\r\n"), "length 5");
  EXPECT_EQ(request_outcome("Content-Length:\t5 \r\n"), "length 5");
  EXPECT_EQ(request_outcome("Content-Length: 9223372036854775807\r\n"), "length 9223372036854775807");
  EXPECT_EQ(request_outcome("Transfer-Encoding: chunked\r\n"), "chunked");
  EXPECT_EQ(request_outcome("transfer-encoding: CHUNKED\r\n"), "chunked");
  EXPECT_EQ(request_outcome("Content-Length: 5\r\n", "1.0"), "length 5");
}

// RFC 9110 section 8.6 lets equal values be merged, however they are written.
TEST(RequestFraming, MergesEqualContentLengths) {
  EXPECT_EQ(request_outcome("Content-Length: 5\r\nContent-Length: 5\r\n"), "length 5");
  EXPECT_EQ(request_outcome("Content-Length: 5\r\ncontent-length: 05\r\n"), "length 5");
}

struct RefusedFraming {
  const char* rule;
  const char* fields;
  const char* violation;
};

TEST(RequestFraming, RefusesAmbiguity) {
  constexpr const char* kLength = "bad_content_length";
  constexpr const char* kEncoding = "bad_transfer_encoding";
  constexpr const char* kBoth = "length_and_transfer_encoding";
  const RefusedFraming table[] = {
      {"RFC 9110 8.6: differing", "Content-Length: 5\r\nContent-Length: 6\r\n", kLength},
      {"RFC 9110 8.6: a list", "Content-Length: 5, 5\r\n", kLength},
      {"RFC 9110 8.6: a list", "Content-Length: 5,6\r\n", kLength},
      {"RFC 9110 8.6: a list", "Content-Length: 5,\r\n", kLength},
      {"RFC 9110 8.6: 1*DIGIT", "Content-Length:\r\n", kLength},
      {"RFC 9110 8.6: 1*DIGIT", "Content-Length: +5\r\n", kLength},
      {"RFC 9110 8.6: 1*DIGIT", "Content-Length: -5\r\n", kLength},
      {"RFC 9110 8.6: 1*DIGIT", "Content-Length: 0x5\r\n", kLength},
      {"RFC 9110 8.6: 1*DIGIT", "Content-Length: 5.0\r\n", kLength},
      {"RFC 9110 8.6: 1*DIGIT", "Content-Length: 5 5\r\n", kLength},
      {"RFC 9110 8.6: 1*DIGIT", "Content-Length: five\r\n", kLength},
      {"RFC 9110 8.6: 1*DIGIT", "Content-Length: \xef\xbc\x95\r\n", kLength},
      {"RFC 9110 8.6: overflow of int64_t", "Content-Length: 9223372036854775808\r\n", kLength},
      {"RFC 9110 8.6: overflow of int64_t", "Content-Length: 18446744073709551615\r\n", kLength},
      {"RFC 9110 8.6: overflow", "Content-Length: 18446744073709551616\r\n", kLength},
      {"RFC 9110 8.6: overflow", "Content-Length: 99999999999999999999\r\n", kLength},
      {"RFC 9112 6.1: both", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", kBoth},
      {"RFC 9112 6.1: both", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", kBoth},
      {"RFC 9112 6.1: both, with a zero", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", kBoth},
      {"RFC 9112 6.1: both, unknown coding first", "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", kBoth},
      {"RFC 9112 6.1: both, unknown coding last", "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n", kBoth},
      {"RFC 9112 6.1: chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
       kEncoding},
      {"RFC 9112 6.1: chunked twice", "Transfer-Encoding: chunked, chunked\r\n", kEncoding},
      {"RFC 9112 6.3: chunked not last", "Transfer-Encoding: chunked, identity\r\n", kEncoding},
      {"RFC 9112 6.3: chunked not last", "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
       kEncoding},
      {"RFC 9112 6.1: unknown coding", "Transfer-Encoding: gzip, chunked\r\n", kEncoding},
      {"RFC 9112 6.1: unknown coding", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
       kEncoding},
      {"RFC 9112 6.1: unknown coding", "Transfer-Encoding: xchunked\r\n", kEncoding},
      {"RFC 9112 6.1: unknown coding", "Transfer-Encoding: identity\r\n", kEncoding},
      {"RFC 9112 6.1: unknown coding", "Transfer-Encoding: \"chunked\"\r\n", kEncoding},
      {"RFC 9112 6.1: unknown coding", "Transfer-Encoding: chunked;q=1\r\n", kEncoding},
      {"RFC 9112 6.1: unknown coding", "Transfer-Encoding: \vchunked\r\n", "malformed_head"},
      {"RFC 9112 6.1: empty", "Transfer-Encoding:\r\n", kEncoding},
      {"RFC 9112 6.1: a list of one", "Transfer-Encoding: ,chunked\r\n", kEncoding},
  };
  for (const RefusedFraming& row : table) {
    EXPECT_EQ(request_outcome(row.fields), row.violation) << row.rule << ": " << row.fields;
  }
}

// White space around a field value is not part of it (RFC 9110 section 5.5), so a tab hides nothing.
TEST(RequestFraming, SeesThroughWhiteSpace) {
  EXPECT_EQ(request_outcome("Transfer-Encoding:\tchunked\t\r\n"), "chunked");
  EXPECT_EQ(request_outcome("Transfer-Encoding:chunked\r\n"), "chunked");
}

TEST(RequestFraming, RefusesChunkedInHttp10) {
  EXPECT_EQ(request_outcome("Transfer-Encoding: chunked\r\n", "1.0"), "transfer_encoding_in_http10");
}

// RFC 9112 section 6.3, in its order.
TEST(ResponseFraming, FollowsTheFields) {
  EXPECT_EQ(response_outcome(200, "Content-Length: 5\r\n"), "length 5");
  EXPECT_EQ(response_outcome(200, "Content-Length: 0\r\n"), "length 0");
  EXPECT_EQ(response_outcome(200, "Transfer-Encoding: chunked\r\n"), "chunked");
  EXPECT_EQ(response_outcome(200, ""), "until close");
  EXPECT_EQ(response_outcome(404, "", Method::post), "until close");
  EXPECT_EQ(response_outcome(200, "", Method::get, "1.0"), "until close");
}

TEST(ResponseFraming, GivesNoBodyToHeadAndBodilessStatuses) {
  for (const char* fields : {"", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
    EXPECT_EQ(response_outcome(200, fields, Method::head), "none") << fields;
    EXPECT_EQ(response_outcome(404, fields, Method::head), "none") << fields;
    for (const unsigned status : {100U, 101U, 103U, 204U, 304U}) {
      EXPECT_EQ(response_outcome(status, fields), "none") << status << ' ' << fields;
    }
  }
  EXPECT_EQ(response_outcome(205, "Content-Length: 5\r\n"), "length 5") << "205 is not one of them";
}

TEST(ResponseFraming, RefusesAmbiguityWithAnyStatus) {
  for (const unsigned status : {200U, 204U, 304U}) {
    for (const char* fields : {
             "Content-Length: 5\r\nContent-Length: 6\r\n",
             "Content-Length: 5, 5\r\n",
             "Content-Length: 9223372036854775808\r\n",
             "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n",
             "Transfer-Encoding: gzip, chunked\r\n",
             "Transfer-Encoding: chunked, identity\r\n",
         }) {
      const std::string refused = request_outcome(fields);
      EXPECT_EQ(response_outcome(status, fields), refused) << status << ' ' << fields;
      EXPECT_EQ(response_outcome(status, fields, Method::head), refused) << status << ' ' << fields;
    }
  }
  EXPECT_EQ(response_outcome(200, "Transfer-Encoding: chunked\r\n", Method::get, "1.0"),
            "transfer_encoding_in_http10");
}

TEST(Framing, HasABodyUnlessItIsKnownToBeEmpty) {
  EXPECT_FALSE(Framing({Kind::kNone, 0}).has_body());
  EXPECT_FALSE(Framing({Kind::kLength, 0}).has_body());
  EXPECT_TRUE(Framing({Kind::kLength, 1}).has_body());
  EXPECT_TRUE(Framing({Kind::kChunked, 0}).has_body());
  EXPECT_TRUE(Framing({Kind::kUntilClose, 0}).has_body());
}

}  // namespace
}  // namespace wayside::http
