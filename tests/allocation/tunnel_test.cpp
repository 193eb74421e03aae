// An idle tunnel holds no block of a buffer: neither that of its request's head nor that of 101.
#include "support/proxy_fixture.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <malloc.h>
#include <vector>

namespace wayside::test {
namespace {

class IdleTunnel : public ProxyFixture {
 protected:
  void SetUp() override { start(); }

  void open_tunnel() {
    clients_.push_back(connect());
    clients_.back().send(
        "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    backends_.push_back(backend_.accept());
    backends_.back().read_head();
    backends_.back().send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    clients_.back().read_head();
    // The tunnel has begun, and given back what it does not need, once it carries bytes.
    backends_.back().send("a");
    clients_.back().read_exactly(1);
  }

  std::vector<RawSocket> clients_;
  std::vector<RawSocket> backends_;
};

// Bytes that all arenas have given out.
std::size_t bytes_in_use() {
  return ::mallinfo2().uordblks;
}

TEST_F(IdleTunnel, HoldsNoHead) {
  constexpr std::size_t kTunnels = 64;
  // The session, both connections, the coroutines' frames and this test's own part take 3.6 KiB; a block of a
  // buffer would add four.
  constexpr std::size_t kMostBytes = 5 * 1024;
  clients_.reserve(kTunnels + 1);
  backends_.reserve(kTunnels + 1);
  open_tunnel();
  const std::size_t before = bytes_in_use();
  for (std::size_t i = 0; i < kTunnels; ++i)
    open_tunnel();
  EXPECT_LT((bytes_in_use() - before) / kTunnels, kMostBytes);
}

}  // namespace
}  // namespace wayside::test
