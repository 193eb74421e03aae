#include "wayside/http/head_writer.hpp"

#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::http {
namespace {

using Kind = Framing::Kind;
using test::ParsedRequest;
using test::ParsedResponse;

constexpr Framing kNone{Kind::kNone, 0};
constexpr Framing kChunkedBody{Kind::kChunked, 0};
constexpr Framing kUntilClose{Kind::kUntilClose, 0};
constexpr Framing kLength5{Kind::kLength, 5};

RequestRewrite rewrite_for(std::string_view client_ip, Framing framing = kNone, bool upgrade = false) {
  return {.client_ip = client_ip,
          .fallback_host = "backend:1",
          .framing = framing,
          .upgrade = upgrade,
          .via = false};
}

std::string request(std::string_view text, const RequestRewrite& rewrite = rewrite_for("10.0.0.1")) {
  const ParsedRequest parsed(text);
  EXPECT_EQ(parsed.violation, std::nullopt) << text;
  std::vector<char> out(rewritten_size_bound(text.size()));
  const auto size = write_request_head(parsed.head, rewrite, out);
  return size ? std::string(out.data(), *size) : "nothing";
}

std::string response(std::string_view text, const ResponseRewrite& rewrite) {
  const ParsedResponse parsed(text);
  EXPECT_EQ(parsed.violation, std::nullopt) << text;
  std::vector<char> out(rewritten_size_bound(text.size()));
  const auto size = write_response_head(parsed.head, rewrite, out);
  return size ? std::string(out.data(), *size) : "nothing";
}

// The value of each field of that name, in order.
std::vector<std::string> values(std::string_view head, std::string_view name) {
  std::vector<std::string> found;
  const std::string mark = "\r\n" + std::string(name) + ": ";
  for (std::size_t at = head.find(mark); at != head.npos; at = head.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    found.emplace_back(head.substr(begin, head.find("\r\n", begin) - begin));
  }
  return found;
}
using Values = std::vector<std::string>;

TEST(RequestHeadWriter, ChangesNothingButThisHop) {
  EXPECT_EQ(request("GET /a%2Fb?q=1;2 HTTP/1.1\r\n"
                    "hOST:  Example.com:80\r\n"
                    "Connection: keep-alive, X-Hop\r\n"
                    "X-b: \t 1 \r\n"
                    "x-hop: gone\r\n"
                    "Keep-Alive: timeout=5\r\n"
                    "X-A:\r\n"
                    "X-b: \xff\r\n"
                    "TE: trailers\r\n\r\n"),
            "GET /a%2Fb?q=1;2 HTTP/1.1\r\n"
            "hOST:  Example.com:80\r\n"
            "X-b: \t 1 \r\n"
            "X-A:\r\n"
            "X-b: \xff\r\n"
            "X-Forwarded-For: 10.0.0.1\r\n"
            "X-Forwarded-Proto: http\r\n"
            "X-Forwarded-Host: Example.com:80\r\n\r\n");
}

// RFC 9110 section 7.6.1: fields for one hop only, wherever they stand.
TEST(RequestHeadWriter, DropsHopByHopFields) {
  const std::string written = request(
      "GET / HTTP/1.1\r\nTE: a\r\nHost: h\r\nConnection: close\r\nconnection: x-one\r\nKeep-Alive: 1\r\n"
      "Proxy-Connection: x\r\nTrailer: t\r\nUpgrade: websocket\r\nX-One: 1\r\nX-One: 2\r\nX-Two: 2\r\n\r\n");
  EXPECT_EQ(
      written,
      "GET / HTTP/1.1\r\nHost: h\r\nX-Two: 2\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: http\r\n"
      "X-Forwarded-Host: h\r\n\r\n");
}

// A Connection field that names a field the message depends on is an attack or a mistake.
TEST(RequestHeadWriter, KeepsProtectedFieldsWhateverConnectionSays) {
  const std::string written = request(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
      "Connection: host, content-length, x-forwarded-for, x-forwarded-proto, x-forwarded-host\r\n"
      "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: o\r\n\r\n",
      rewrite_for("10.0.0.1", kLength5));
  EXPECT_EQ(written,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-Forwarded-For: 1.1.1.1, 10.0.0.1\r\n"
            "X-Forwarded-Proto: https\r\nX-Forwarded-Host: o\r\n\r\n");
}

// A client must not remove fields that a proxy in front has added, or that are meant for every recipient.
TEST(RequestHeadWriter, KeepsEndToEndFieldsWhateverConnectionSays) {
  for (const std::string name : {"Authorization", "Cookie", "Content-Type", "X-Real-IP", "X-Forwarded-Port",
                                 "Traceparent", "X-Request-Id", "X-Auth-Request-User"}) {
    const std::string written = request("GET / HTTP/1.1\r\nHost: h\r\nConnection: " + name +
                                        ", X-Hop\r\nX-Hop: 1\r\n" + name + ": kept\r\n\r\n");
    EXPECT_EQ(values(written, name), Values({"kept"}));
    EXPECT_EQ(values(written, "X-Hop"), Values());
  }
}

// RFC 7239: behind the elements of other proxies, and only if there are any.
TEST(RequestHeadWriter, AppendsTheClientToTheLastForwarded) {
  const auto forwarded = [](std::string_view lines, std::string_view client_ip) {
    return values(
        request("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n", rewrite_for(client_ip)),
        "Forwarded");
  };
  EXPECT_EQ(forwarded("", "2.2.2.2"), Values());
  EXPECT_EQ(forwarded("Forwarded: for=6.6.6.6;proto=https\r\n", "2.2.2.2"),
            Values({"for=6.6.6.6;proto=https, for=2.2.2.2;proto=http"}));
  EXPECT_EQ(forwarded("Forwarded: for=a\r\nConnection: forwarded\r\nForwarded: for=b\r\n", "2001:db8::1"),
            Values({"for=a", "for=b, for=\"[2001:db8::1]\";proto=http"}));
  EXPECT_EQ(forwarded("Forwarded:\r\n", "2.2.2.2"), Values({"for=2.2.2.2;proto=http"}));
  EXPECT_EQ(forwarded("Forwarded: for=a\r\n", ""), Values({"for=a, for=unknown;proto=http"}))
      << "a unix socket";
}

TEST(RequestHeadWriter, AppendsTheClientToTheLastForwardedFor) {
  const auto forwarded_for = [](std::string_view lines, std::string_view client_ip) {
    const std::string written =
        request("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n", rewrite_for(client_ip));
    Values all = values(written, "X-Forwarded-For");
    for (std::string& value : values(written, "x-forwarded-for"))
      all.push_back(std::move(value));
    return all;
  };
  EXPECT_EQ(forwarded_for("", "::1"), Values({"::1"}));
  EXPECT_EQ(forwarded_for("x-forwarded-for: a\r\n", "2.2.2.2"), Values({"a, 2.2.2.2"}));
  EXPECT_EQ(forwarded_for("X-Forwarded-For: a, b\r\nA: b\r\nX-Forwarded-For: c\r\n", "::1"),
            Values({"a, b", "c, ::1"}));
  EXPECT_EQ(forwarded_for("X-Forwarded-For:\r\n", "::1"), Values({"::1"}));
  EXPECT_EQ(forwarded_for("X-Forwarded-For: a\r\n", ""), Values({"a"})) << "a unix socket";
  EXPECT_EQ(forwarded_for("", ""), Values());
}

// Who is no trusted proxy speaks for itself alone.
TEST(RequestHeadWriter, ReplacesTheClaimsOfAClientThatIsNotTrusted) {
  RequestRewrite rewrite = rewrite_for("8.8.8.8");
  rewrite.trusts_client = false;
  EXPECT_EQ(
      request("GET / HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6\r\nHost: h\r\nX-FORWARDED-FOR: 10.0.0.1\r\n"
              "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Port: 1\r\n"
              "X-Real-IP: 6.6.6.6\r\nRemote-User: root\r\nX-Kept: 1\r\n\r\n",
              rewrite),
      "GET / HTTP/1.1\r\nHost: h\r\nX-Kept: 1\r\nX-Forwarded-For: 8.8.8.8\r\nX-Forwarded-Proto: http\r\n"
      "X-Forwarded-Host: h\r\n\r\n");
  EXPECT_EQ(values(request("GET / HTTP/1.1\r\nHost: h\r\nForwarded: for=6.6.6.6\r\nForwarded: for=b\r\n\r\n",
                           rewrite),
                   "Forwarded"),
            Values({"for=8.8.8.8;proto=http"}));
  EXPECT_EQ(values(request("GET / HTTP/1.1\r\nHost: h\r\n\r\n", rewrite), "Forwarded"), Values());
}

// As a header of the PROXY protocol says. What a trusted proxy in front saw goes first.
TEST(RequestHeadWriter, TellsThatTheClientUsesTls) {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (const bool trusts : {true, false}) {
    RequestRewrite rewrite = rewrite_for("8.8.8.8");
    rewrite.trusts_client = trusts;
    rewrite.client_uses_tls = true;
    EXPECT_EQ(values(request(get + "\r\n", rewrite), "X-Forwarded-Proto"), Values({"https"}));
    EXPECT_EQ(values(request(get + "X-Forwarded-Proto: http\r\n\r\n", rewrite), "X-Forwarded-Proto"),
              Values({trusts ? "http" : "https"}));
    EXPECT_EQ(values(request(get + "Forwarded: for=a\r\n\r\n", rewrite), "Forwarded"),
              Values({trusts ? "for=a, for=8.8.8.8;proto=https" : "for=8.8.8.8;proto=https"}));
  }
}

// The longest element.
TEST(RequestHeadWriter, TellsThatAClientOfIpv6UsesTls) {
  RequestRewrite rewrite = rewrite_for("2001:db8:1111:2222:3333:4444:5555:6666");
  rewrite.client_uses_tls = true;
  EXPECT_EQ(values(request("GET / HTTP/1.1\r\nHost: h\r\nForwarded:\r\n\r\n", rewrite), "Forwarded"),
            Values({"for=\"[2001:db8:1111:2222:3333:4444:5555:6666]\";proto=https"}));
}

TEST(RequestHeadWriter, TellsOfTheCertificateOfTheClient) {
  const std::string forged =
      "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Client-Cert: Hash=1\r\nx_forwarded_client_cert: "
      "Hash=2\r\n\r\n";
  RequestRewrite rewrite = rewrite_for("10.0.0.1");
  EXPECT_EQ(values(request(forged, rewrite), "X-Forwarded-Client-Cert"), Values({"Hash=1"}))
      << "of a trusted proxy";
  rewrite.client_certificate = "Hash=3";
  EXPECT_EQ(values(request(forged, rewrite), "X-Forwarded-Client-Cert"), Values({"Hash=3"}));
  EXPECT_EQ(request(forged, rewrite).find("x_forwarded"), std::string::npos);
  rewrite.client_certificate = "";
  EXPECT_EQ(values(request(forged, rewrite), "X-Forwarded-Client-Cert"), Values());
}

// RFC 9110 section 7.6.3: with the received version, behind earlier elements.
TEST(RequestHeadWriter, AddsItselfToVia) {
  RequestRewrite rewrite = rewrite_for("::1");
  rewrite.via = true;
  EXPECT_EQ(values(request("GET / HTTP/1.1\r\nHost: h\r\n\r\n", rewrite), "Via"), Values({"1.1 wayside"}));
  EXPECT_EQ(values(request("GET / HTTP/1.0\r\nHost: h\r\n\r\n", rewrite), "Via"), Values({"1.0 wayside"}));
  EXPECT_EQ(values(request("GET / HTTP/1.1\r\nHost: h\r\nVia: 1.1 a\r\nVia: 2 b\r\n\r\n", rewrite), "Via"),
            Values({"1.1 a", "2 b, 1.1 wayside"}));
}

TEST(RequestHeadWriter, ReplacesHostByTheAuthorityOfTheTarget) {
  const std::string written = request("GET http://real:1/ HTTP/1.1\r\nA: 1\r\nHost: other\r\nB: 2\r\n\r\n");
  EXPECT_EQ(values(written, "Host"), Values({"real:1"}));
  EXPECT_EQ(values(written, "X-Forwarded-Host"), Values({"real:1"}));
  EXPECT_EQ(values(request("GET http://real/ HTTP/1.0\r\n\r\n"), "Host"), Values({"real"}));
}

TEST(RequestHeadWriter, DropsTheUnderscoreTwinsOfItsOwnFields) {
  const std::string written = request(
      "GET / HTTP/1.1\r\nHost: h\r\nX_Forwarded_For: 6\r\ncontent_length: 6\r\nX-Forwarded_Host: 6\r\n"
      "X_Real_IP: 6\r\nX_Forwarded_Port: 6\r\nRemote_User: 6\r\nX-Forwarded_Anything: 6\r\n"
      "a_b: 1\r\n\r\n");
  EXPECT_EQ(written.find('6'), written.npos) << written;
  EXPECT_EQ(values(written, "a_b"), Values({"1"}));
}

// CVE-2016-5385.
TEST(RequestHeadWriter, DropsProxy) {
  const std::string written =
      request("GET / HTTP/1.1\r\nHost: h\r\nPROXY: http://evil/\r\nProxy: x\r\nProxy-Kind: kept\r\n\r\n");
  EXPECT_EQ(values(written, "PROXY"), Values());
  EXPECT_EQ(values(written, "Proxy"), Values());
  EXPECT_EQ(values(written, "Proxy-Kind"), Values({"kept"}));
}

TEST(RequestHeadWriter, RewritesMaxForwards) {
  RequestRewrite rewrite = rewrite_for("::1");
  rewrite.max_forwards = 4;
  EXPECT_EQ(
      values(request("OPTIONS * HTTP/1.1\r\nHost: h\r\nMax-Forwards: 5\r\n\r\n", rewrite), "Max-Forwards"),
      Values({"4"}));
}

TEST(RequestHeadWriter, KeepsTheFieldsOfTheFirstProxy) {
  const std::string written =
      request("GET / HTTP/1.1\r\nHost: h\r\nx-forwarded-proto: https\r\nX-FORWARDED-HOST: outer\r\n\r\n");
  EXPECT_EQ(written,
            "GET / HTTP/1.1\r\nHost: h\r\nx-forwarded-proto: https\r\nX-FORWARDED-HOST: outer\r\n"
            "X-Forwarded-For: 10.0.0.1\r\n\r\n");
}

// RFC 9112 section 3.2: the forwarded request is HTTP/1.1, so it has a Host. X-Forwarded-Host does not claim
// that the client sent one.
TEST(RequestHeadWriter, GivesAHostToHttp10) {
  EXPECT_EQ(
      request("GET / HTTP/1.0\r\n\r\n"),
      "GET / HTTP/1.1\r\nHost: backend:1\r\nX-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: http\r\n\r\n");
  EXPECT_EQ(values(request("GET / HTTP/1.0\r\nHost: h\r\n\r\n"), "Host"), Values({"h"}));
}

// RFC 9112 section 6.3: a request without framing fields has no body, and none is added.
TEST(RequestHeadWriter, WritesOneFramingFieldOrNone) {
  const auto framing_lines = [](std::string_view lines, Framing framing) {
    const std::string written =
        request("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n", rewrite_for("::1", framing));
    Values all = values(written, "Content-Length");
    for (std::string& value : values(written, "Transfer-Encoding"))
      all.push_back(std::move(value));
    return all;
  };
  EXPECT_EQ(framing_lines("", kNone), Values());
  EXPECT_EQ(framing_lines("Content-Length: 0\r\n", {Kind::kLength, 0}), Values({"0"}));
  EXPECT_EQ(framing_lines("Content-Length: 5\r\n", kLength5), Values({"5"}));
  EXPECT_EQ(framing_lines("Content-Length: 5\r\nContent-Length: 5\r\n", kLength5), Values({"5"}));
  EXPECT_EQ(framing_lines("Transfer-Encoding: CHUNKED\r\n", kChunkedBody), Values({"chunked"}));
}

// RFC 9110 section 7.8.
TEST(RequestHeadWriter, AsksForTheUpgradeThatTheClientAsksFor) {
  const std::string text =
      "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, x-hop\r\nUpgrade: websocket\r\nX-Hop: 1\r\n"
      "Sec-WebSocket-Key: k\r\n\r\n";
  const std::string written = request(text, rewrite_for("::1", kNone, true));
  EXPECT_EQ(values(written, "Upgrade"), Values({"websocket"}));
  EXPECT_EQ(values(written, "Connection"), Values({"upgrade"}));
  EXPECT_EQ(values(written, "X-Hop"), Values());
  EXPECT_EQ(values(written, "Sec-WebSocket-Key"), Values({"k"}));

  const std::string refused = request(text, rewrite_for("::1", kNone, false));
  EXPECT_EQ(values(refused, "Upgrade"), Values());
  EXPECT_EQ(values(refused, "Connection"), Values());
}

TEST(ResponseHeadWriter, ChangesNothingButThisHop) {
  EXPECT_EQ(
      response("HTTP/1.1 299 Fine \xc3\xa9\r\nserver: x\r\nSet-Cookie: a\r\nConnection: close, x-hop\r\n"
               "set-cookie:b\r\nX-Hop: 1\r\nSet-Cookie: a\r\nContent-Length: 5\r\nX-Empty:\r\n\r\n",
               {.framing = kLength5}),
      "HTTP/1.1 299 Fine \xc3\xa9\r\nserver: x\r\nSet-Cookie: a\r\nset-cookie:b\r\nSet-Cookie: a\r\n"
      "Content-Length: 5\r\nX-Empty:\r\n\r\n");
}

// RFC 9112 section 4: the space stays without a reason; section 2.3: the version is that of this hop.
TEST(ResponseHeadWriter, WritesItsOwnVersionAndKeepsAMissingReason) {
  EXPECT_EQ(response("HTTP/1.0 200 \r\n\r\n", {.framing = kUntilClose, .close = true}),
            "HTTP/1.1 200 \r\nConnection: close\r\n\r\n");
}

TEST(ResponseHeadWriter, FramesTheBodyAsTheClientWillSeeIt) {
  EXPECT_EQ(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\n\r\n",
                     {.framing = kChunkedBody}),
            "HTTP/1.1 200 OK\r\nTrailer: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\n\r\n",
                     {.framing = kUntilClose, .close = true}),
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      << "for an HTTP/1.0 client";
  EXPECT_EQ(response("HTTP/1.0 200 OK\r\n\r\n", {.framing = kChunkedBody}),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {.framing = {Kind::kLength, 0}}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(
      response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", {.framing = kLength5}),
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

// RFC 9110 section 8.6: a HEAD or 304 response may say how long the body would have been; 204 and 1xx must
// not.
TEST(ResponseHeadWriter, KeepsTheLengthOfABodyThatIsNotSent) {
  const std::string_view with_length = "HTTP/1.1 304 X\r\nContent-Length: 5\r\nETag: e\r\n\r\n";
  EXPECT_EQ(response(with_length, {.keeps_content_length = true}), with_length);
  EXPECT_EQ(response("HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n", {}), "HTTP/1.1 204 X\r\n\r\n");
  EXPECT_EQ(response("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n", {.keeps_content_length = true}),
            "HTTP/1.1 200 X\r\n\r\n");
  EXPECT_EQ(response("HTTP/1.1 103 X\r\nLink: </a>\r\n\r\n", {}), "HTTP/1.1 103 X\r\nLink: </a>\r\n\r\n");
}

TEST(ResponseHeadWriter, SaysWhetherTheConnectionStays) {
  const std::string_view text = "HTTP/1.1 204 X\r\nConnection: close\r\nKeep-Alive: 5\r\n\r\n";
  EXPECT_EQ(response(text, {}), "HTTP/1.1 204 X\r\n\r\n");
  EXPECT_EQ(response(text, {.close = true}), "HTTP/1.1 204 X\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(response(text, {.announce_keep_alive = true}),
            "HTTP/1.1 204 X\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(response(text, {.close = true, .announce_keep_alive = true}),
            "HTTP/1.1 204 X\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHeadWriter, RelaysAnUpgrade) {
  EXPECT_EQ(response("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: a\r\n\r\n",
                     {.upgrade = true}),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n"
            "Connection: upgrade\r\n\r\n");
}

// RFC 9110 section 15.5.22: a 426 names the required protocol; the connection may still end.
TEST(ResponseHeadWriter, RelaysTheDemandForAnUpgrade) {
  EXPECT_EQ(response("HTTP/1.1 426 Upgrade Required\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
                     "Content-Length: 5\r\n\r\n",
                     {.framing = kLength5, .close = true, .upgrade = true}),
            "HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\nContent-Length: 5\r\n"
            "Connection: upgrade, close\r\n\r\n");
}

bool is_untouched(const std::vector<char>& out, std::size_t from) {
  return std::all_of(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
                     [](char c) { return c == '#'; });
}

TEST(HeadWriters, FitOrWriteNothingPastTheEnd) {
  const ParsedRequest parsed_request(
      "POST /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: a\r\nTE: t\r\nB: c\r\nUpgrade: u\r\n\r\n");
  const ParsedResponse parsed_response("HTTP/1.1 200 OK\r\nA: b\r\nKeep-Alive: 1\r\nC: d\r\n\r\n");
  const RequestRewrite request_rewrite{
      .client_ip = "10.0.0.1", .fallback_host = "b", .framing = kLength5, .upgrade = true};
  const ResponseRewrite response_rewrite{.framing = kLength5, .close = true};

  std::vector<char> out(1000, '#');
  const std::size_t request_size = write_request_head(parsed_request.head, request_rewrite, out).value();
  const std::size_t response_size = write_response_head(parsed_response.head, response_rewrite, out).value();
  for (std::size_t room = 0; room < request_size; ++room) {
    std::ranges::fill(out, '#');
    EXPECT_EQ(write_request_head(parsed_request.head, request_rewrite, std::span(out).first(room)),
              std::nullopt);
    EXPECT_TRUE(is_untouched(out, room)) << room;
  }
  for (std::size_t room = 0; room < response_size; ++room) {
    std::ranges::fill(out, '#');
    EXPECT_EQ(write_response_head(parsed_response.head, response_rewrite, std::span(out).first(room)),
              std::nullopt);
    EXPECT_TRUE(is_untouched(out, room)) << room;
  }
  EXPECT_EQ(write_request_head(parsed_request.head, request_rewrite, std::span(out).first(request_size)),
            request_size);
  EXPECT_EQ(write_response_head(parsed_response.head, response_rewrite, std::span(out).first(response_size)),
            response_size);
}

// The heads that grow most: only a Host, which is repeated, and every field that can be added.
TEST(RewrittenSizeBound, IsEnoughForTheHeadThatGrowsMost) {
  const std::string client_ip(45, 'f');       // an IPv6 address with an embedded IPv4 address
  const std::string fallback_host(260, 'n');  // a DNS name and a port
  const RequestRewrite rewrite{
      .client_ip = client_ip, .fallback_host = fallback_host, .framing = kChunkedBody, .upgrade = true};
  for (const std::string& text : {
           std::string("G / HTTP/1.0\r\n\r\n"),
           "G / HTTP/1.1\r\nHost:" + std::string(8000, 'h') + "\r\n\r\n",
           std::string("G / HTTP/1.1\r\nHost:h\r\nX-Forwarded-For:a\r\n\r\n"),
       }) {
    EXPECT_NE(request(text, rewrite), "nothing");
  }
  EXPECT_NE(response("HTTP/1.1 200 \r\n\r\n", {.framing = kChunkedBody, .close = true}), "nothing");
}

}  // namespace
}  // namespace wayside::http
