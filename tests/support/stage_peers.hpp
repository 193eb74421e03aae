// The peers of a ProxyStage whose sessions run by themselves. What a peer waits for is made by the stage's
// loop, on the same thread, so each function runs the loop until it has come.
#pragma once

#include "support/io_loop.hpp"
#include "support/proxy_stage.hpp"
#include "support/raw_socket.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wayside::test {

// The next connection to the stage's backend.
inline RawSocket accept(ProxyStage& stage) {
  const auto has_come = [&] { return stage.backend.wait_for_connection(std::chrono::milliseconds(0)); };
  if (!run_until(stage.loop, has_come)) throw std::runtime_error("no connection to the backend");
  return stage.backend.accept();
}

// What the peer receives, until it ends with `end`.
inline std::string receive(ProxyStage& stage, RawSocket& peer, std::string_view end) {
  std::string all;
  const bool has_come = run_until(stage.loop, [&] {
    all += peer.read_available();
    return all.ends_with(end);
  });
  if (!has_come) throw std::runtime_error("no \"" + std::string(end) + "\" came, but: " + all);
  return all;
}

// A whole head and nothing behind it.
inline std::string receive_head(ProxyStage& stage, RawSocket& peer) {
  return receive(stage, peer, "\r\n\r\n");
}

// What the peer receives until the end of the stream, which may be a reset.
inline std::string receive_to_end(ProxyStage& stage, RawSocket& peer) {
  std::string all;
  const bool has_ended = run_until(stage.loop, [&] {
    const bool is_readable = peer.wait_for_input(std::chrono::milliseconds(0));
    const std::string some = peer.read_available();
    all += some;
    return is_readable && some.empty();
  });
  if (!has_ended) throw std::runtime_error("the stream did not end: " + all);
  return all;
}

}  // namespace wayside::test
