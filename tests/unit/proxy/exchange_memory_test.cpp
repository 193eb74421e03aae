// An exchange that finds no memory for its answer: it ends and is counted as it would have been with one.
#include "proxy/exchange.hpp"
#include "support/failing_memory.hpp"
#include "support/proxy_stage.hpp"
#include "support/stage_peers.hpp"
#include "unit/proxy/leg_test_support.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <new>
#include <vector>

namespace wayside::proxy {
namespace {

class ExchangeMemoryTest : public testing::Test {
 protected:
  double bad_gateways() {
    return stage_.metric(R"(http_requests_total{endpoint="unmatched",http_status="502",method="PUT"})");
  }
  double request_bytes() {
    return stage_.metric(R"(http_request_bytes_total{endpoint="unmatched",method="PUT"})");
  }
  double closed_by_backend() {
    return stage_.metric(R"(wayside_backend_errors_total{reason="backend_closed"})");
  }

  // Takes every block that the pool can give without the allocator.
  void empty_pool() {
    blocks_.reserve(1024);
    const test::FailingMemory no_memory;
    try {
      for (;;)
        blocks_.push_back(stage_.context().buffers.take(net::BufferPool::Size::kSmall));
    } catch (const std::bad_alloc&) {
      // The pool is empty.
    }
  }

  test::ProxyStage stage_;
  std::vector<net::Buffer> blocks_;
};

TEST_F(ExchangeMemoryTest, KeepsItsEndWhereThereIsNoMemoryForItsAnswer) {
  for (const bool has_memory : {true, false}) {
    test::StageClient client(stage_);
    client.receive(put(3) + "abc");
    const std::size_t head_size = client.connection.in.view().find("\r\n\r\n") + 4;
    test::Running<AfterExchange> exchange(serve_request(stage_.context(), client.connection, head_size));
    test::RawSocket backend = test::accept(stage_);
    test::receive(stage_, backend, "abc");
    backend.close();
    if (has_memory) {
      ASSERT_TRUE(exchange.run_to_end(stage_.loop));
      EXPECT_EQ(exchange.result(), AfterExchange::kKeepAlive);
      continue;
    }
    empty_pool();
    const test::FailingMemory no_memory;
    ASSERT_TRUE(exchange.run_to_end(stage_.loop));
    EXPECT_TRUE(no_memory.has_failed());
    EXPECT_EQ(exchange.result(), AfterExchange::kClose) << "the client was sent nothing";
  }
  EXPECT_EQ(bad_gateways(), 2);
  EXPECT_EQ(closed_by_backend(), 2) << "and not as an internal error";
  EXPECT_EQ(request_bytes(), 6);
  EXPECT_EQ(stage_.in_flight(), 0);
}

}  // namespace
}  // namespace wayside::proxy
