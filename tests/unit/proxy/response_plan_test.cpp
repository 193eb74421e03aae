#include "proxy/response_plan.hpp"

#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using PlanKind = ResponsePlan::Kind;

// Every field of the plan.
std::string to_text(const Checked<ResponsePlan, http::Violation>& plan) {
  if (!plan) return std::string(to_response_token(plan.error()));
  std::string text = fmt::format("{}", plan->status);
  if (plan->kind == PlanKind::kInformational) text += ", informational";
  if (plan->kind == PlanKind::kSwitch) text += ", switch";
  text += ", " + test::to_text(plan->incoming);
  if (plan->outgoing != plan->incoming) text += " > " + test::to_text(plan->outgoing);
  if (plan->is_event_stream) text += ", events";
  if (plan->is_websocket) text += ", websocket";
  if (plan->close) text += ", close";
  if (plan->reusable) text += ", reusable";
  if (plan->keep_alive) text += fmt::format(", {} s", plan->keep_alive->count());
  return text;
}

constexpr RequestPlan kGetPlan{.method = Method::get, .keeps_alive = true};
constexpr RequestPlan kGetHttp10{.method = Method::get, .is_http10 = true, .keeps_alive = true};
constexpr RequestPlan kHead{.method = Method::head, .keeps_alive = true};
constexpr RequestPlan kUpgradePlan{.method = Method::get, .keeps_alive = true, .wants_upgrade = true};
constexpr ResponseCircumstances kUsual{.request_is_sent = true, .keeps_clients = true};

std::string plan(std::string_view status_line, std::string_view fields, const RequestPlan& request = kGetPlan,
                 ResponseCircumstances circumstances = kUsual) {
  const test::ParsedResponse response(fmt::format("{}\r\n{}\r\n", status_line, fields));
  EXPECT_FALSE(response.violation) << response.bytes;
  return to_text(plan_response(response.head, request, circumstances));
}

// RFC 9112 section 6.3.
TEST(ResponsePlan, KnowsBothFramings) {
  EXPECT_EQ(plan("HTTP/1.1 200 OK", "Content-Length: 5\r\n"), "200, length 5, reusable");
  EXPECT_EQ(plan("HTTP/1.1 404 Not Found", "Content-Length: 0\r\n"), "404, length 0, reusable");
  EXPECT_EQ(plan("HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n"), "200, chunked, reusable");
  EXPECT_EQ(plan("HTTP/1.1 200 OK", ""), "200, until close > chunked");
}

TEST(ResponsePlan, KnowsHowLongTheBackendKeepsTheConnection) {
  EXPECT_EQ(plan("HTTP/1.1 200 OK", "Content-Length: 0\r\nKeep-Alive: timeout=5\r\n"),
            "200, length 0, reusable, 5 s");
}

// An HTTP/1.0 client knows no chunks: the end of its connection is the end of the body.
TEST(ResponsePlan, EndsABodyWithoutALengthWithTheConnectionOfAnHttp10Client) {
  EXPECT_EQ(plan("HTTP/1.1 200 OK", "Content-Length: 5\r\n", kGetHttp10), "200, length 5, reusable");
  EXPECT_EQ(plan("HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\n", kGetHttp10),
            "200, chunked > until close, close, reusable");
  EXPECT_EQ(plan("HTTP/1.1 200 OK", "", kGetHttp10), "200, until close, close");
}

TEST(ResponsePlan, OfABodilessResponseHasNoFraming) {
  for (const std::string_view fields : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", ""}) {
    EXPECT_EQ(plan("HTTP/1.1 200 OK", fields, kHead), "200, none, reusable") << fields;
    EXPECT_EQ(plan("HTTP/1.1 304 Not Modified", fields), "304, none, reusable") << fields;
    EXPECT_EQ(plan("HTTP/1.1 204 No Content", fields), "204, none, reusable") << fields;
  }
  EXPECT_EQ(plan("HTTP/1.1 304 Not Modified", "", kGetHttp10), "304, none, reusable");
}

// RFC 9110 section 15.5.22: the Upgrade field of a 426 is no switch.
TEST(ResponsePlan, Of426IsThatOfAnyResponse) {
  EXPECT_EQ(plan("HTTP/1.1 426 Upgrade Required",
                 "Upgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 1\r\n", kUpgradePlan),
            "426, length 1, reusable");
}

TEST(ResponsePlan, OfAnInformationalResponseDecidesNothingElse) {
  for (const RequestPlan& request : {kGetPlan, kGetHttp10, kHead, RequestPlan{}}) {
    EXPECT_EQ(plan("HTTP/1.1 100 Continue", "", request), "100, informational, none");
    EXPECT_EQ(plan("HTTP/1.1 103 Early Hints", "Link: </a>\r\nConnection: close\r\n", request, {}),
              "103, informational, none");
  }
  EXPECT_EQ(plan("HTTP/1.1 199 X", "Content-Type: text/event-stream\r\n"), "199, informational, none");
}

// RFC 9110 section 15.2.2.
TEST(ResponsePlan, SwitchesWhereTheRequestAskedForIt) {
  constexpr std::string_view kSwitchingLine = "HTTP/1.1 101 Switching Protocols";
  constexpr std::string_view kFields = "Upgrade: websocket\r\nConnection: upgrade\r\n";
  EXPECT_EQ(plan(kSwitchingLine, kFields, kUpgradePlan), "101, switch, none, websocket");
  EXPECT_EQ(plan(kSwitchingLine, "Upgrade: WebSocket\r\n", kUpgradePlan), "101, switch, none, websocket");
  EXPECT_EQ(plan(kSwitchingLine, "Upgrade: websocket, chat\r\n", kUpgradePlan), "101, switch, none");
  EXPECT_EQ(plan(kSwitchingLine, "Upgrade: chat\r\n", kUpgradePlan, {.request_is_sent = true}),
            "101, switch, none");
  EXPECT_EQ(plan(kSwitchingLine, kFields, kGetPlan), "response_unasked_switch");
  EXPECT_EQ(plan(kSwitchingLine, "Connection: upgrade\r\n", kUpgradePlan), "response_unasked_switch")
      << "to what?";
  EXPECT_EQ(plan(kSwitchingLine, kFields, kUpgradePlan, {.keeps_clients = true}), "response_unasked_switch")
      << "bytes of the request would belong to the new protocol";
}

TEST(ResponsePlan, IsNotMadeOfAResponseThatContradictsItself) {
  for (const RequestPlan& request : {kGetPlan, kHead}) {
    for (const std::string_view status_line : {"HTTP/1.1 200 OK", "HTTP/1.1 304 X", "HTTP/1.1 103 X"}) {
      EXPECT_EQ(plan(status_line, "Content-Length: 1\r\nContent-Length: 2\r\n", request),
                "response_bad_content_length");
      EXPECT_EQ(plan(status_line, "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", request),
                "response_length_and_transfer_encoding");
      EXPECT_EQ(plan(status_line, "Transfer-Encoding: gzip\r\n", request), "response_bad_transfer_encoding");
    }
  }
  EXPECT_EQ(plan("HTTP/1.0 200 OK", "Transfer-Encoding: chunked\r\n"),
            "response_transfer_encoding_in_http10");
}

TEST(ResponsePlan, TellsEventStreamsByTheirMediaType) {
  const auto of_type = [](std::string_view type, const RequestPlan& request = kGetPlan) {
    return plan("HTTP/1.1 200 OK", fmt::format("Content-Type: {}\r\nContent-Length: 1\r\n", type), request);
  };
  for (const std::string_view type :
       {"text/event-stream", "Text/Event-Stream", "text/event-stream;charset=utf-8",
        "text/event-stream ; charset=utf-8", "text/event-stream\t;a=b"}) {
    EXPECT_EQ(of_type(type), "200, length 1, events, reusable") << type;
  }
  for (const std::string_view type :
       {"text/event-streams", "text/event-strea", "text/event-stream-x", "application/text/event-stream",
        "text/plain; x=text/event-stream", ""}) {
    EXPECT_EQ(of_type(type), "200, length 1, reusable") << type;
  }
  EXPECT_EQ(of_type("text/event-stream", kHead), "200, none, reusable") << "no stream follows";
}

// RFC 9112 section 9.3: whether the backend keeps the connection.
TEST(ResponsePlan, ReusesAConnectionThatTheBackendKeeps) {
  constexpr std::string_view kLength = "Content-Length: 1\r\n";
  const auto with = [&](std::string_view version, std::string_view connection) {
    return plan(fmt::format("HTTP/{} 200 OK", version),
                fmt::format("{}Connection: {}\r\n", kLength, connection));
  };
  EXPECT_EQ(with("1.1", "keep-alive"), "200, length 1, reusable");
  EXPECT_EQ(with("1.1", "x"), "200, length 1, reusable");
  EXPECT_EQ(with("1.1", "close"), "200, length 1");
  EXPECT_EQ(with("1.1", "keep-alive, close"), "200, length 1");
  EXPECT_EQ(with("1.0", "x"), "200, length 1");
  EXPECT_EQ(with("1.0", "keep-alive"), "200, length 1, reusable");
  EXPECT_EQ(with("1.0", "keep-alive, close"), "200, length 1");
  EXPECT_EQ(plan("HTTP/1.0 200 OK", kLength), "200, length 1");
  EXPECT_EQ(plan("HTTP/1.1 200 OK", "Connection: keep-alive\r\n"), "200, until close > chunked");
}

TEST(ResponsePlan, ClosesAConnectionThatCannotGoOn) {
  constexpr std::string_view kOk = "HTTP/1.1 200 OK";
  constexpr std::string_view kLength = "Content-Length: 1\r\n";
  const RequestPlan last{.method = Method::get};
  EXPECT_EQ(plan(kOk, kLength, last), "200, length 1, close, reusable");
  EXPECT_EQ(plan(kOk, kLength, kGetPlan, {.request_is_sent = true}), "200, length 1, close, reusable")
      << "no client is kept";
  EXPECT_EQ(plan(kOk, kLength, kGetPlan, {.keeps_clients = true}), "200, length 1, close, reusable")
      << "RFC 9112 section 9.6: the rest of the request may never be read";
  EXPECT_EQ(plan(kOk, "Connection: close\r\nContent-Length: 1\r\n"), "200, length 1")
      << "what the backend does with its connection is not the client's concern";
}

}  // namespace
}  // namespace wayside::proxy
