// Connecting by TLS: the attempt ends with the handshake.
#include "wayside/net/connector.hpp"
#include "wayside/tls/session.hpp"

#include "support/certificates.hpp"
#include "support/connection.hpp"
#include "support/io_loop.hpp"
#include "support/tls_pair.hpp"
#include "support/tls_peer.hpp"

#include <boost/asio/buffer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace wayside::net {
namespace {

using test::run_until;
using testing::HasSubstr;

class ConnectorTlsTest : public testing::Test {
 protected:
  Target target(const std::string& name = "a.test") {
    return {backend_.address(), test::client_context({.server_name = name, .ca = certificates_.authority()})};
  }
  // The backend's side of one connection, on a thread of its own; false where the handshake fails.
  std::future<bool> serve(std::string greeting = "hello") {
    return std::async(std::launch::async, [this, greeting = std::move(greeting)] {
      try {
        test::TlsPeer peer = test::TlsPeer::server(backend_.accept(), files_);
        peer.send(greeting);
        peer.read_to_end();
        return true;
      } catch (const std::runtime_error&) {
        return false;
      }
    });
  }
  Result<Stream> connect(Connector& connector, Milliseconds limit = test::kPatience) {
    ConnectAttempt attempt = connector.start(waiter_, limit);
    EXPECT_TRUE(run_until(loop_, [&] { return attempt.finished(); }));
    return attempt.take();
  }

  test::IoLoop loop_;
  test::FakeBackend backend_;
  test::Certificates certificates_;
  const tls::CertificateFiles files_ = certificates_.make("a");
  const std::shared_ptr<tls::TicketKeys> tickets_ = std::make_shared<tls::TicketKeys>();
  test::CountingWaiter waiter_;
};

TEST_F(ConnectorTlsTest, EndsWithAStreamThatSpeaksTls) {
  Connector connector(loop_, target());
  auto served = serve();
  auto stream = connect(connector);
  ASSERT_TRUE(stream) << stream.error().message();
  EXPECT_NE(stream->tls(), nullptr);
  stream->watch_readable();
  std::string greeting;
  EXPECT_TRUE(run_until(loop_, [&] {
    greeting += test::read_available(*stream);
    stream->watch_readable();
    return greeting == "hello";
  }));
  stream->close();
  EXPECT_TRUE(served.get());
}

TEST_F(ConnectorTlsTest, ResumesASession) {
  Connector connector(loop_, target());
  for (const bool is_resumed : {false, true}) {
    // Resumption needs the same keys of tickets, so the same context serves twice.
    SCOPED_TRACE(is_resumed);
    auto server = test::server_context({.certificates = {files_}}, tickets_);
    ConnectAttempt attempt = connector.start(waiter_, test::kPatience);
    auto accepted = backend_.accept();
    const int socket = accepted.release();
    ::fcntl(socket, F_SETFL, O_NONBLOCK);
    Stream backend(loop_, Descriptor(socket));
    backend.secure(std::make_unique<tls::Session>(server, backend.descriptor()));
    ASSERT_TRUE(run_until(loop_, [&] {
      backend.shake_hands();
      return attempt.finished();
    }));
    auto stream = attempt.take();
    ASSERT_TRUE(stream) << stream.error().message();
    EXPECT_EQ(stream->tls()->is_resumed(), is_resumed);
    backend.shake_hands();
    // The tickets come behind the handshake.
    const boost::asio::const_buffer piece("x", 1);
    backend.write_some({&piece, 1});
    stream->watch_readable();
    EXPECT_TRUE(run_until(loop_, [&] {
      stream->watch_readable();
      return test::read_available(*stream) == "x";
    }));
  }
}

TEST_F(ConnectorTlsTest, SaysWhyTheCertificateIsRefused) {
  Connector connector(loop_, target("b.test"));
  auto served = serve();
  const auto stream = connect(connector);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().message(), "the peer's certificate was refused: hostname mismatch");
  EXPECT_FALSE(served.get());
}

TEST_F(ConnectorTlsTest, SaysThatTheBackendDoesNotSpeakTls) {
  Connector connector(loop_, target());
  auto served = std::async(std::launch::async, [this] {
    test::RawSocket peer = backend_.accept();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.read_to_end();
  });
  const auto stream = connect(connector);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().message(), "wrong version number");
  served.get();
}

TEST_F(ConnectorTlsTest, ABackendThatSaysNothingIsLeft) {
  Connector connector(loop_, target());
  ConnectAttempt attempt = connector.start(waiter_, test::kPatience);
  test::RawSocket peer = backend_.accept();
  // The client's hello has come, and the attempt is cancelled while it waits for the answer.
  EXPECT_TRUE(run_until(loop_, [&] { return peer.wait_for_input(std::chrono::milliseconds(1)); }));
  EXPECT_FALSE(attempt.finished());
  { const ConnectAttempt cancelled = std::move(attempt); }
  peer.read_to_end();
}

}  // namespace
}  // namespace wayside::net
