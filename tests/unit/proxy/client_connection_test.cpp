#include "proxy/client_connection.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"
#include "support/proxy_stage.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::proxy {
namespace {

using enum config::HalfClose;

constexpr std::size_t kReadAhead = net::BufferPool::kSmallCapacity;

class ClientConnectionTest : public testing::Test {
 protected:
  bool read_ahead(config::HalfClose half_close = kAbort) {
    return connection_.read_ahead(buffers_, half_close);
  }
  void send(const std::string& bytes) {
    client_.peer.send(bytes);
    EXPECT_TRUE(run_until(stage_.loop, [&] { return connection_.stream.readable(); }));
  }
  void end() {
    client_.peer.shutdown_send();
    test::run_ready(stage_.loop);
  }

  test::ProxyStage stage_;
  test::StageClient client_{stage_, SessionId{7}};
  ClientConnection& connection_ = client_.connection;
  net::BufferPool& buffers_ = stage_.context().buffers;
};

TEST_F(ClientConnectionTest, KnowsItsClient) {
  EXPECT_EQ(connection_.ip, "192.0.2.1");
  EXPECT_EQ(connection_.id, SessionId{7});
  EXPECT_TRUE(connection_.in.empty());
}

TEST_F(ClientConnectionTest, ReadsOnceIntoItsBuffer) {
  EXPECT_TRUE(connection_.read(buffers_)) << "there is nothing to read yet, which is no end";
  EXPECT_TRUE(connection_.in.empty());
  send("ab");
  EXPECT_TRUE(connection_.read(buffers_));
  send("cd");
  EXPECT_TRUE(connection_.read(buffers_));
  EXPECT_EQ(connection_.in.view(), "abcd");
  end();
  EXPECT_FALSE(connection_.read(buffers_));
  EXPECT_EQ(connection_.in.view(), "abcd");
}

TEST_F(ClientConnectionTest, MayBeginWithAnotherProtocol) {
  using enum http::Violation;
  send("PRI * HTTP/2.0\r\n\r\n");
  EXPECT_TRUE(connection_.read(buffers_));
  EXPECT_EQ(connection_.refusal_of(kUnsupportedVersion), kHttp2Preface);
  connection_.is_http1 = true;
  EXPECT_EQ(connection_.refusal_of(kUnsupportedVersion), kUnsupportedVersion);
}

TEST_F(ClientConnectionTest, ReadsAheadAndWatchesForMore) {
  test::CountingWaiter waiter;
  connection_.stream.set_waiter(&waiter);
  EXPECT_TRUE(read_ahead());
  EXPECT_EQ(connection_.in.space().size(), 0U) << "no block is taken for nothing";
  send("GET");
  EXPECT_EQ(waiter.wakes(), 1);
  EXPECT_TRUE(read_ahead());
  EXPECT_EQ(connection_.in.view(), "GET");
  send("/");
  EXPECT_EQ(waiter.wakes(), 2);
}

// Its end shows only behind what was read.
TEST_F(ClientConnectionTest, SeesTheEndBehindTheBytes) {
  send("GET");
  end();
  EXPECT_FALSE(read_ahead(kAbort));
  EXPECT_EQ(connection_.in.view(), "GET");
}

TEST_F(ClientConnectionTest, ServesAClientThatIsOnlyDoneSending) {
  send("GET");
  end();
  EXPECT_TRUE(read_ahead(kServe));
  EXPECT_EQ(connection_.in.view(), "GET");
  EXPECT_TRUE(read_ahead(kServe));
}

TEST_F(ClientConnectionTest, SeesAFailureWhateverHalfCloseSays) {
  test::fill(connection_.stream);
  client_.peer.close();  // with unread bytes, which is a reset
  EXPECT_TRUE(run_until(stage_.loop, [&] { return connection_.stream.readable(); }));
  EXPECT_FALSE(read_ahead(kServe));
}

// What a client sends ahead is bounded; the kernel keeps the rest.
TEST_F(ClientConnectionTest, ReadsALittleAheadOnly) {
  test::CountingWaiter waiter;
  connection_.stream.set_waiter(&waiter);
  send(std::string(kReadAhead, 'x'));
  EXPECT_TRUE(read_ahead());
  EXPECT_EQ(connection_.in.size(), kReadAhead);
  client_.peer.send("more");
  client_.peer.shutdown_send();
  test::run_ready(stage_.loop);
  EXPECT_EQ(waiter.wakes(), 0) << "it is not watched either";
  EXPECT_TRUE(read_ahead(kAbort));
  EXPECT_EQ(connection_.in.size(), kReadAhead);
  connection_.in.consume(kReadAhead);
  EXPECT_FALSE(read_ahead(kAbort));
  EXPECT_EQ(connection_.in.view(), "more");
}

}  // namespace
}  // namespace wayside::proxy
