// A recorder, and how a test tells it what happens.
#pragma once

#include "proxy/recorder.hpp"
#include "support/parsed_head.hpp"
#include "support/proxy_stage.hpp"

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace wayside::proxy {

struct Recording {
  // Without a request's head, as where none was understood.
  struct WithoutHead {};
  Recording(test::ProxyStage& stage, WithoutHead)
      : client(stage), recorder(stage.context(), client.connection) {}

  explicit Recording(test::ProxyStage& stage, std::string_view target = "/", std::string_view fields = "")
      : Recording(stage, WithoutHead{}) {
    receive(fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n{}\r\n", target, fields));
  }

  // The head is gone afterwards.
  void receive(const std::string& head) {
    const test::ParsedRequest request(head);
    recorder.note_request(request.head);
  }
  void declare(std::string_view fields) {
    const test::ParsedResponse response(fmt::format("HTTP/1.1 200 OK\r\n{}\r\n", fields));
    recorder.note_declared_route(response.head.fields);
  }
  void respond(unsigned status) { recorder.begin_response(status, Clock::now()); }

  test::StageClient client;
  Recorder recorder;
};

}  // namespace wayside::proxy
