// The legs of an exchange between a client and a backend, both of which a test plays by hand.
#pragma once

#include "wayside/http/body_cursor.hpp"
#include "wayside/http/head_parser.hpp"

#include "proxy/recorder.hpp"
#include "proxy/request_leg.hpp"
#include "proxy/response_leg.hpp"
#include "support/connection.hpp"
#include "support/io_loop.hpp"
#include "support/proxy_stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::proxy {

inline std::string operator+(std::string_view a, std::string_view b) {
  return std::string(a).append(b);
}

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
// What this hop adds to the head of a request to the host a.
inline constexpr std::string_view kAdded =
    "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: "
    "a\r\n\r\n";

inline std::string put(std::size_t length) {
  return fmt::format("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", length);
}
inline std::string put_sent(std::size_t length) {
  return fmt::format("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n{}", length, kAdded);
}
inline constexpr std::string_view kPutChunked =
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
inline const std::string kPutChunkedSent =
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + std::string(kAdded);

// The data of one whole chunked body without trailers.
inline std::string data_of(std::string chunked) {
  http::BodyCursor cursor({http::Framing::Kind::kChunked, 0});
  const auto step = cursor.advance(chunked);
  EXPECT_TRUE(step && cursor.done() && step->consumed == chunked.size() && step->trailers.empty()) << chunked;
  return step ? std::string(step->data.begin(), step->data.end()) : "";
}

// A request leg with both of its peers.
struct Request {
  explicit Request(test::ProxyStage& its_stage)
      : stage(its_stage), client(stage), backend(test::unix_connection(stage.loop)) {}

  // What came goes to the leg, and to the recorder if there is one, as an exchange hands it over.
  std::optional<End> admit(std::string_view bytes, Recorder* recorder = nullptr) {
    client.receive(bytes);
    http::RequestHead& head = stage.context().request_head;
    const std::size_t size = bytes.find("\r\n\r\n") + 4;
    EXPECT_FALSE(http::parse_request_head(client.connection.in.data().first(size), head));
    if (recorder != nullptr) recorder->note_request(head);
    return leg.admit(head, size);
  }
  std::optional<End> pump() { return leg.pump(backend.stream); }
  // The client sends more, and the leg sees it.
  std::optional<End> pump(std::string_view bytes) {
    send(bytes);
    return pump();
  }
  std::optional<End> hold(std::string_view bytes) {
    send(bytes);
    return leg.hold();
  }
  std::optional<End> take(std::string_view bytes) {
    send(bytes);
    return move_on();
  }
  // Whatever its state.
  std::optional<End> move_on() {
    if (leg.state() == RequestLeg::State::kHolding) {
      if (const auto end = leg.hold()) return end;
    }
    return pump();
  }
  void send(std::string_view bytes) {
    client.peer.send(bytes);
    let_know();
  }
  // Lets the client's stream know of what its peer did.
  void let_know() {
    EXPECT_TRUE(run_until(stage.loop, [&] { return client.connection.stream.readable(); }));
  }
  // What the backend was sent since the last call.
  std::string sent() { return backend.peer.read_available(); }

  test::ProxyStage& stage;
  test::StageClient client;
  test::Connection backend;
  RequestLeg leg{stage.context(), client.connection};
};

// Responses with a Date, so that they go on as they are.
inline constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 5\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// A response leg, and the request that it answers, of which the backend was sent all that came.
struct Response {
  explicit Response(test::ProxyStage& stage, std::string_view request_bytes = kGet)
      : request(stage), recorder(stage.context(), request.client.connection) {
    EXPECT_EQ(request.admit(request_bytes, &recorder), std::nullopt);
    EXPECT_EQ(request.move_on(), std::nullopt);
    request.sent();
  }

  std::optional<End> pump() { return leg.pump(request.backend.stream, request.leg, recorder); }
  // The backend sends the bytes, and the leg sees them.
  std::optional<End> pump(std::string_view bytes) {
    request.backend.peer.send(bytes);
    return pump_once_known();
  }
  // The same where the backend has closed its connection.
  std::optional<End> pump_end() {
    request.backend.peer.close();
    return pump_once_known();
  }
  std::optional<End> pump_once_known() {
    EXPECT_TRUE(run_until(request.stage.loop, [&] { return request.backend.stream.readable(); }));
    return pump();
  }
  // In place of the backend's response.
  void answer(std::string_view text, bool close = false) {
    OwnAnswer answer{request.stage.context().buffers.take(net::BufferPool::Size::kSmall), 502, close};
    std::ranges::copy(text, answer.text.space().begin());
    answer.text.commit(text.size());
    leg.answer(std::move(answer));
  }
  // The client's stream takes nothing until the peer has read what it holds.
  void block_client() { test::fill(request.client.connection.stream); }
  void unblock_client() {
    received();
    EXPECT_TRUE(run_until(request.stage.loop, [&] { return request.client.connection.stream.writable(); }));
  }
  // What the client was sent since the last call.
  std::string received() { return request.client.peer.read_available(); }

  Request request;
  Recorder recorder;
  ResponseLeg leg{request.stage.context(), request.client.connection};
};

}  // namespace wayside::proxy
