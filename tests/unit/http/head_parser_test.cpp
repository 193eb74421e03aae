#include "wayside/http/head_parser.hpp"

#include "wayside/base/text.hpp"

#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::http {
namespace {

using test::field_lines;
using test::ParsedRequest;
using test::ParsedResponse;

using Options = std::vector<std::string>;

Options options_nominated_by(const ConnectionOptions& options) {
  return {options.nominated.begin(), options.nominated.end()};
}

std::string to_word(const std::optional<Violation>& violation) {
  return std::string(violation ? to_token(*violation) : "none");
}

// "GET / HTTP/1.1" with a Host and these field lines.
std::string with_fields(std::string_view lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}

TEST(RequestHead, IsFoundAsViewsIntoItsBytes) {
  const ParsedRequest request(
      "POST /a?b=%20c HTTP/1.1\r\nHost: h:80\r\naccept: \t x y\t \r\nX-Empty:\r\nAccept:z\r\n\r\n");
  ASSERT_EQ(to_word(request.violation), "none");
  EXPECT_EQ(request.head.method, Method::post);
  EXPECT_EQ(request.head.method_token, "POST");
  EXPECT_EQ(request.head.target, "/a?b=%20c");
  EXPECT_EQ(request.head.minor_version, 1U);
  EXPECT_EQ(field_lines(request.head), "Host: h:80\naccept: x y\nX-Empty: \nAccept: z\n");

  const char* const begin = request.bytes.data();
  const char* const end = begin + request.bytes.size();
  EXPECT_EQ(request.head.target.data(), begin + 5);
  const char* line = begin + request.bytes.find("Host");
  for (const Field& field : request.head.fields) {
    EXPECT_EQ(field.name.data(), line);
    line = field.line_end;
    EXPECT_EQ(std::string_view(line - 2, 2), "\r\n");
  }
  EXPECT_EQ(line, end - 2);
}

TEST(RequestHead, KnowsFieldsByNumberWhateverTheirCase) {
  const ParsedRequest request(with_fields("cOnTeNt-LeNgTh: 3\r\nX-Own: 1\r\n"));
  ASSERT_NE(request.head.fields.find(field::content_length), nullptr);
  EXPECT_EQ(request.head.fields.find(field::content_length)->value, "3");
  EXPECT_EQ(request.head.fields.all()[2].id, field::unknown);
  EXPECT_EQ(request.head.fields.find(field::cookie), nullptr);
}

TEST(RequestHead, IsRefilledWithoutATraceOfTheLastOne) {
  const std::string first = with_fields("Connection: close, x-a\r\nA: b\r\n");
  const std::string second = "GET /2 HTTP/1.0\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(parse_request_head(first, head), std::nullopt);
  ASSERT_EQ(parse_request_head(second, head), std::nullopt);
  EXPECT_EQ(head.fields.size(), 0U);
  EXPECT_FALSE(head.connection.close);
  EXPECT_TRUE(head.connection.nominated.empty());
  EXPECT_EQ(head.minor_version, 0U);
}

TEST(RequestHead, AcceptsAllThatTheRfcAllows) {
  for (const std::string& text : {
           // RFC 9110 section 9.1: any token is a method, and methods have case.
           std::string("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("get / HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("!#$%&'*+-.^_`|~ / HTTP/1.1\r\nHost: a\r\n\r\n"),
           // RFC 9112 section 3.2.1 to 3.2.4: the forms of a target.
           std::string("GET http://example.com/x HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("GET HTTPS://example.com HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("GET //x/../y?z HTTP/1.1\r\nHost: a\r\n\r\n"),
           // RFC 9112 section 3.2: an empty Host is one; HTTP/1.0 may come without.
           std::string("GET / HTTP/1.1\r\nHost:\r\n\r\n"),
           // RFC 3986 section 3.2.2: names, addresses, a port that may be empty.
           std::string("GET / HTTP/1.1\r\nHost: a-b.c_d~%41!$&'()*+;=:80\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: a:\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: [::ffff:127.0.0.1]:8080\r\n\r\n"),
           std::string("GET http://[::1]/ HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("GET / HTTP/1.0\r\n\r\n"),
           // RFC 9110 section 5.5: obs-text is opaque; a value may be empty or hold tabs.
           with_fields("X-Bytes: \x80\xff\xc3\xa9\r\n"),
           with_fields("X-Empty:\r\nX-Blank: \t \r\n"),
           with_fields("X-Tab: a\tb\r\n"),
           with_fields("!#$%&'*+-.^_`|~1aZ: tchar\r\n"),
       }) {
    EXPECT_EQ(to_word(ParsedRequest(text).violation), "none") << text;
  }
}

struct RefusedHead {
  const char* rule;
  std::string text;
  const char* violation;
};

TEST(RequestHead, IsRefusedWhereTheRfcSaysSo) {
  const std::string long_text(5000, 'a');
  const RefusedHead table[] = {
      {"RFC 9112 3: single spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 3: single spaces", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 3: no space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 3: a tab is no space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 3: a target is there", "GET HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 3: no HTTP/0.9", "GET /\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9110 9.1: token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9110 9.1: token", "G\xc3\x89T / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 3.2: no control bytes", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 3.2: no DEL", "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.2: bare CR", "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.2: empty line", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.3: HTTP-name has case", "GET / http/1.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.3: one digit each", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.3: a version", "GET / HTTP/1.\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.3: a version", "GET / HTTP/x.1\r\nHost: a\r\n\r\n", "malformed_head"},
      {"RFC 9110 15.6.6", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", "unsupported_version"},
      {"RFC 9110 15.6.6", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "unsupported_version"},
      {"RFC 9110 15.6.6", "PRI * HTTP/2.0\r\nHost: a\r\n\r\n", "unsupported_version"},
      {"RFC 9112 3.2: four forms", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9112 3.2: four forms", "GET ?q HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9112 3.2.2: http", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9112 3.2.2: scheme and authority", "GET http:/a HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9112 3.2.2: scheme and authority", "GET http HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9112 3.2.2: scheme and authority", "GET https HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9110 4.2.1: a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9110 4.2.1: a host", "GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9110 4.2.1: a host", "GET http://:80/ HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9110 4.2.4: no user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9110 4.2.5: no fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9112 3.2: a valid Host", "GET / HTTP/1.1\r\nHost: a,1\r\n\r\n", "bad_host"},
      {"RFC 9112 3.2: a valid Host", "GET / HTTP/1.1\r\nHost: a/\r\n\r\n", "bad_host"},
      {"RFC 9112 3.2: a valid Host", "GET / HTTP/1.1\r\nHost: a@80\r\n\r\n", "bad_host"},
      {"RFC 9112 3.2: a valid Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "bad_host"},
      {"RFC 9112 3.2: a valid Host", "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n", "bad_host"},
      {"RFC 9112 3.2: a valid Host", "GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n", "bad_host"},
      {"RFC 3986 3.2.2: an address", "GET / HTTP/1.1\r\nHost: [x y]\r\n\r\n", "bad_host"},
      {"RFC 3986 3.2.2: an address", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "bad_host"},
      {"RFC 3986 3.2.2: an address", "GET / HTTP/1.1\r\nHost: []\r\n\r\n", "bad_host"},
      {"RFC 3986 3.2.2: an address", "GET / HTTP/1.1\r\nHost: [::1]80\r\n\r\n", "bad_host"},
      {"RFC 9112 3.2.4: OPTIONS alone", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target"},
      {"RFC 9110 9.3.6", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "connect_unsupported"},
      {"RFC 9112 3.2: Host", "GET / HTTP/1.1\r\n\r\n", "missing_host"},
      {"RFC 9112 3.2: Host", "GET / HTTP/1.1\r\nHosts: a\r\n\r\n", "missing_host"},
      {"RFC 9112 3.2: one Host", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "duplicate_host"},
      {"RFC 9112 3.2: one Host", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", "duplicate_host"},
      {"RFC 9112 5.1: space before the colon", with_fields("A : b\r\n"), "malformed_head"},
      {"RFC 9112 5.1: tab before the colon", with_fields("A\t: b\r\n"), "malformed_head"},
      {"RFC 9112 5.1: a name", with_fields(": b\r\n"), "malformed_head"},
      {"RFC 9112 5.1: a colon", with_fields("A\r\n"), "malformed_head"},
      {"RFC 9110 5.1: token", with_fields("A(: b\r\n"), "malformed_head"},
      {"RFC 9110 5.1: token", with_fields("\xc3\x84: b\r\n"), "malformed_head"},
      {"RFC 9110 5.5: no NUL", with_fields(std::string("A: b\0c\r\n", 8)), "malformed_head"},
      {"RFC 9110 5.5: no control bytes", with_fields("A: b\x01\r\n"), "malformed_head"},
      {"RFC 9110 5.5: no DEL", with_fields("A: b\x7f\r\n"), "malformed_head"},
      {"RFC 9110 5.1: no NUL", with_fields(std::string("A\0: b\r\n", 8)), "malformed_head"},
      {"RFC 9112 3.2: no NUL", std::string("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29), "malformed_head"},
      {"RFC 9112 2.2: bare CR", with_fields("A: b\rc\r\n"), "malformed_head"},
      {"RFC 9112 2.2: bare CR in front", with_fields("\rA: b\r\n"), "malformed_head"},
      {"RFC 9112 2.2: bare CR in front", with_fields("\r\rA: b\r\n"), "malformed_head"},
      {"RFC 9112 2.2: bare CR at the end", with_fields("A: b\r\r\n"), "malformed_head"},
      {"RFC 9112 2.2: space after the first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "malformed_head"},
      {"RFC 9112 5.2: obs-fold", with_fields("A: b\r\n c\r\n"), "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold", with_fields("A: b\r\n\tc\r\n"), "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold", with_fields("A:\r\n b\r\n"), "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold of nothing", with_fields("A:\r\n \r\n"), "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold of nothing", with_fields("A: b\r\n \r\n"), "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold, longer than Beast unfolds", with_fields("A: " + long_text + "\r\n b\r\n"),
       "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold, longer than Beast unfolds", with_fields("A: b\r\n " + long_text + "\r\n"),
       "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold of what Beast judges", with_fields("Content-Length: 5\r\n 6\r\n"),
       "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold of what Beast judges", with_fields("Transfer-Encoding:\r\n chunked\r\n"),
       "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold of what Beast judges", with_fields("Connection: close,\r\n x\r\n"),
       "obsolete_folding"},
      {"RFC 9112 5.2: obs-fold, its second line malformed", with_fields("A: b\r\n c\x01\r\n"),
       "obsolete_folding"},
      {"RFC 9110 7.6.1: Connection is a list of tokens", with_fields("Connection: a/b\r\n"),
       "malformed_head"},
  };
  for (const RefusedHead& row : table) {
    EXPECT_EQ(to_word(ParsedRequest(row.text).violation), row.violation)
        << row.rule << ": " << testing::PrintToString(row.text);
  }
}

// Beast refuses each of these lines for its value. Here framing.cpp decides on them, once the head is
// complete; a Proxy-Connection is dropped whatever its value.
TEST(RequestHead, ContinuesBehindFieldsThatBeastRefuses) {
  for (const std::string_view lines : {
           "Proxy-Connection: a/b\r\n",
           "Proxy-Connection: close;\r\nProxy-Connection: \"x\"\r\n",
           "Content-Length: five\r\n",
           "Content-Length:\r\n",
           "Content-Length: 5\r\nContent-Length: 6\r\n",
           "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding:\tchunked \r\n",
           "Upgrade: \"/;,\r\n",
       }) {
    const std::string text = with_fields(std::string(lines) + "A: b\r\n" + std::string(lines));
    const ParsedRequest request(text);
    ASSERT_EQ(to_word(request.violation), "none") << lines;
    EXPECT_EQ(request.head.target, "/");
    const auto fields = request.head.fields.all();
    ASSERT_EQ(fields.size(), static_cast<std::size_t>(std::ranges::count(text, '\n')) - 2);
    for (const Field& field : fields) {
      EXPECT_EQ(field.line_end, field.name.data() + std::string_view(field.name.data()).find('\n') + 1);
      EXPECT_EQ(field.value, trim(field.value));
    }

    EXPECT_EQ(to_word(ParsedRequest(with_fields(std::string(lines) + "A : b\r\n")).violation),
              "malformed_head");
    EXPECT_EQ(to_word(ParsedRequest(with_fields(std::string(lines) + " c\r\n")).violation),
              "obsolete_folding");
    EXPECT_EQ(to_word(ParsedRequest(with_fields(std::string(lines) + "Host: b\r\n")).violation),
              "duplicate_host");
    for (std::size_t size = 0; size < text.size(); ++size)
      ASSERT_EQ(to_word(ParsedRequest(text.substr(0, size)).violation), "malformed_head") << size;
  }
}

TEST(RequestHead, IsWholeOrRefused) {
  const std::string text = with_fields("A: b\r\n");
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(to_word(ParsedRequest(text.substr(0, size)).violation), "malformed_head") << size;
  }
  EXPECT_EQ(to_word(ParsedRequest(text + "x").violation), "malformed_head");
}

TEST(RequestHead, HasAtMostSoManyFields) {
  std::string lines;
  for (std::size_t i = 1; i < limits::kFields; ++i)
    lines += "A: b\r\n";
  EXPECT_EQ(to_word(ParsedRequest(with_fields(lines)).violation), "none");
  EXPECT_EQ(to_word(ParsedRequest(with_fields(lines + "A: b\r\n")).violation), "too_many_fields");
  EXPECT_EQ(to_word(ParsedRequest(with_fields(lines + "Content-Length: x\r\n")).violation),
            "too_many_fields");
}

// The first mistake is reported, even in the last field that fits.
TEST(RequestHead, IsRefusedForItsFirstMistake) {
  std::string line = "Connection: x";
  for (std::size_t i = 0; i < limits::kConnectionOptions; ++i)
    line += ", x" + std::to_string(i);
  const std::string lines = line + "\r\nA : b\r\n";
  for (const std::string& bytes : {with_fields(lines), with_fields("Proxy-Connection: /\r\n" + lines)}) {
    RequestHead head;
    head.fields = Fields(static_cast<std::size_t>(std::ranges::count(bytes, '\n')) - 3);
    EXPECT_EQ(to_word(parse_request_head(bytes, head)), "too_many_connection_options");
  }
}

TEST(RequestHead, MayBeAsLargeAsTheLimit) {
  const std::string frame = with_fields("A: \r\n");
  const std::string text = with_fields("A: " + std::string(limits::kHead - frame.size(), 'b') + "\r\n");
  ASSERT_EQ(text.size(), limits::kHead);
  EXPECT_EQ(to_word(ParsedRequest(text).violation), "none");
}

// Any part may take up the whole limit.
TEST(RequestHead, MayBeMadeOfOneLongPart) {
  const std::string part(limits::kMaxHead - 100, 'a');
  for (const std::string& text :
       {part + " / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /" + part + " HTTP/1.1\r\nHost: a\r\n\r\n",
        with_fields(part + ": b\r\n"), with_fields("A: " + part + "\r\n"),
        with_fields("A:" + std::string(part.size(), ' ') + "\r\n"),
        with_fields("A: b" + std::string(part.size(), '\t') + "\r\n")})
    EXPECT_EQ(to_word(ParsedRequest(text).violation), "none") << text.substr(0, 20);
}

// RFC 9110 section 7.6.1.
TEST(ConnectionOptions, AreGatheredOverAllLines) {
  const ParsedRequest request(with_fields(
      "Connection: Keep-Alive, X-A\r\nA: b\r\nconnection:, UPGRADE ,\tx-b\r\nConnection: Close\r\n"));
  ASSERT_EQ(to_word(request.violation), "none");
  EXPECT_TRUE(request.head.connection.keep_alive);
  EXPECT_TRUE(request.head.connection.upgrade);
  EXPECT_TRUE(request.head.connection.close);
  EXPECT_EQ(options_nominated_by(request.head.connection), Options({"X-A", "x-b"}));
}

TEST(ConnectionOptions, NeverNominateEndToEndFields) {
  const ParsedRequest request(
      with_fields("Connection: HOST, Content-Length, transfer-encoding, X-Forwarded-For, X-A\r\n"
                  "Connection: x-forwarded-host, X-Forwarded-Proto, via, Date, AUTHORIZATION, cookie\r\n"
                  "Connection: Forwarded, X-Real-IP, traceparent, Content-Type, X-Forwarded-Port\r\n"));
  ASSERT_EQ(to_word(request.violation), "none");
  EXPECT_EQ(options_nominated_by(request.head.connection), Options({"X-A"}));
}

TEST(ConnectionOptions, AreBounded) {
  std::string list = "close, keep-alive, upgrade, host";  // an ignored name does not end the list
  for (std::size_t i = 1; i < limits::kConnectionOptions; ++i)
    list += ", x" + std::to_string(i);
  EXPECT_EQ(to_word(ParsedRequest(with_fields("Connection: " + list + "\r\n")).violation), "none");
  EXPECT_EQ(to_word(ParsedRequest(with_fields("Connection: " + list + ", y\r\n")).violation),
            "too_many_connection_options");
}

TEST(ResponseHead, IsFoundAsItIs) {
  const ParsedResponse response(
      "HTTP/1.0 404 Not \xc3\xa9 Found\r\nServer: x\r\nset-cookie: a\r\nSet-Cookie: b\r\nConnection: "
      "close\r\n\r\n");
  ASSERT_EQ(to_word(response.violation), "none");
  EXPECT_EQ(response.head.status, 404U);
  EXPECT_EQ(response.head.reason, "Not \xc3\xa9 Found");
  EXPECT_EQ(response.head.minor_version, 0U);
  EXPECT_TRUE(response.head.connection.close);
  EXPECT_EQ(field_lines(response.head), "Server: x\nset-cookie: a\nSet-Cookie: b\nConnection: close\n");
}

// RFC 9112 section 4: the reason is optional; RFC 9110 section 15: any three digits are a status.
TEST(ResponseHead, MayLackAReasonAndHaveAnyStatus) {
  const ParsedResponse without("HTTP/1.1 200 \r\n\r\n");
  ASSERT_EQ(to_word(without.violation), "none");
  EXPECT_EQ(without.head.reason, "");
  EXPECT_NE(without.head.reason.data(), nullptr);
  for (const unsigned status : {100U, 103U, 299U, 599U, 999U}) {
    const ParsedResponse response("HTTP/1.1 " + std::to_string(status) + " X\r\n\r\n");
    ASSERT_EQ(to_word(response.violation), "none") << status;
    EXPECT_EQ(response.head.status, status);
  }
}

// Many backends omit the second space together with the reason.
TEST(ResponseHead, MayLackTheSpaceInFrontOfTheReason) {
  for (const std::string_view fields : {"", "A: b\r\n", "A: b\r\nContent-Length: x\r\nB: c\r\n"}) {
    const ParsedResponse response("HTTP/1.0 404\r\n" + std::string(fields) + "\r\n");
    ASSERT_EQ(to_word(response.violation), "none") << fields;
    EXPECT_EQ(response.head.status, 404U);
    EXPECT_EQ(response.head.minor_version, 0U);
    EXPECT_EQ(response.head.reason.data(), nullptr);
    EXPECT_EQ(response.head.fields.size(), static_cast<std::size_t>(std::ranges::count(fields, '\n')));
  }
  const ParsedResponse folded("HTTP/1.1 999\r\nA: b\r\n c\r\nProxy-Connection: /\r\n d\r\n\r\n");
  ASSERT_EQ(to_word(folded.violation), "none");
  EXPECT_EQ(folded.head.status, 999U);
  EXPECT_EQ(field_lines(folded.head), "A: b   c\nProxy-Connection: /   d\n");
}

TEST(ResponseHead, IsRefusedWhereItIsMalformed) {
  const RefusedHead table[] = {
      {"RFC 9112 4", "HTTP/1.1\r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1 \r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1 2x0\r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1 200\tOK\r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1 200\r\r\n\r\n", "malformed_head"},
      {"RFC 9110 15", "HTTP/1.1 099 OK\r\n\r\n", "malformed_head"},
      {"RFC 9110 15", "HTTP/1.1 000\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.3", "HTTP/3.0 200\r\n\r\n", "unsupported_version"},
      {"RFC 9112 2.3", "HTTP/2.0\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.2: bare CR in front", "HTTP/1.1 200 OK\r\n\rA: b\r\n\r\n", "malformed_head"},
      {"RFC 9112 5.2: no field to fold", "HTTP/1.1 200\r\n A: b\r\nB: c\r\n d\r\n\r\n", "malformed_head"},
      {"RFC 9110 7.6.1", "HTTP/1.1 200 OK\r\nConnection: a/b\r\n\r\n", "malformed_head"},
      {"RFC 9110 7.6.1", "HTTP/1.1 200 OK\r\nConnection: a\r\n b\r\n\r\n", "malformed_head"},
      {"RFC 9110 5.5", "HTTP/1.1 200 OK\r\nA: b\r\n \x01\r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1 20 OK\r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1 2000 OK\r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1  200 OK\r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1 abc OK\r\n\r\n", "malformed_head"},
      {"RFC 9112 4", "HTTP/1.1 200 O\x01K\r\n\r\n", "malformed_head"},
      {"RFC 9112 2.3", "HTTP/2.0 200 OK\r\n\r\n", "unsupported_version"},
      {"RFC 9112 2.3", "HTTQ/1.1 200 OK\r\n\r\n", "malformed_head"},
      {"RFC 9112 5.1", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "malformed_head"},
      {"RFC 9112 5.2: no field to fold", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n", "malformed_head"},
      {"RFC 9110 5.5", std::string("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 25), "malformed_head"},
  };
  for (const RefusedHead& row : table) {
    EXPECT_EQ(to_word(ParsedResponse(row.text).violation), row.violation)
        << row.rule << ": " << testing::PrintToString(row.text);
  }
}

// RFC 9112 section 5.2: a gateway replaces each obs-fold with spaces before it forwards the message.
TEST(ResponseHead, IsUnfolded) {
  const ParsedResponse response(
      "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\t d\r\nB:\r\n e\r\nC: \r\n \r\nD: f\r\n\r\n");
  ASSERT_EQ(to_word(response.violation), "none");
  EXPECT_EQ(field_lines(response.head), "A: b   c  \t d\nB: e\nC: \nD: f\n");
  EXPECT_EQ(std::ranges::count(response.bytes, '\n'), 6) << "no fold is left in what goes on";
}

// Each kind of fold separately, so that none is unfolded only because of another.
TEST(ResponseHead, IsUnfoldedWhereverTheFoldIs) {
  const std::pair<const char*, const char*> table[] = {
      {"A: b\r\n c\r\n", "A: b   c\n"},
      {"A: b\r\n\tc\r\n", "A: b  \tc\n"},
      {"A:\r\n b\r\n", "A: b\n"},
      {"A:\r\n\t\r\n", "A: \n"},
      {"A: b\r\n \r\n", "A: b\n"},
      {"Connection: close,\r\n x\r\n", "Connection: close,   x\n"},
      {"Content-Length:\r\n 5\r\n", "Content-Length: 5\n"},
      {"Transfer-Encoding: chunked,\r\n x\r\n", "Transfer-Encoding: chunked,   x\n"},
  };
  for (const auto& [folded, unfolded] : table) {
    const ParsedResponse response("HTTP/1.1 200 OK\r\n" + std::string(folded) + "\r\n");
    ASSERT_EQ(to_word(response.violation), "none") << folded;
    EXPECT_EQ(field_lines(response.head), unfolded) << folded;
    EXPECT_EQ(std::ranges::count(response.bytes, '\n'), 3) << folded;
  }
}

// Beast unfolds no more than 4096 bytes.
TEST(ResponseHead, IsUnfoldedHoweverLongTheValue) {
  const std::string part(5000, 'a');
  for (const std::string& value : {part + "\r\n b", "b\r\n " + part, part + "\r\n\t" + part}) {
    const ParsedResponse response("HTTP/1.1 200 OK\r\nA: " + value + "\r\nB: c\r\n\r\n");
    ASSERT_EQ(to_word(response.violation), "none");
    EXPECT_EQ(response.head.fields.size(), 2U);
    EXPECT_EQ(response.head.fields.all()[0].value.size(), value.size());
  }
}

}  // namespace
}  // namespace wayside::http
