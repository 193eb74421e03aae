// Bodies in both directions: framed anew, streamed, and never completed when truncated.
#include "support/plain_messages.hpp"
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace wayside::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// The descriptors of this process, which is the test and the proxy.
std::size_t open_pipe_ends() {
  std::size_t count = 0;
  for (const auto& descriptor : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the descriptor that read the directory
    count += std::filesystem::read_symlink(descriptor, gone).string().starts_with("pipe:");
  }
  return count;
}

// Sends while the test reads, and so misses what does not arrive.
std::jthread sending(RawSocket& socket, std::string bytes) {
  return std::jthread([&socket, bytes = std::move(bytes)] {
    try {
      socket.send(bytes);
    } catch (const std::exception&) {
      // The peer has left.
    }
  });
}

std::string response_head(std::size_t length) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

// A head that is forwarded unchanged.
std::string dated_head(std::size_t length) {
  return "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nX-A:  1 \r\nContent-Length: " +
         std::to_string(length) + "\r\n\r\n";
}

std::string upload_head(std::size_t length) {
  return "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

class Bodies : public ProxyFixture {
 protected:
  void SetUp() override { start(unbuffered()); }

  // A client and a backend, with a GET that waits for its response.
  void exchange_request(std::string_view version = "1.1") {
    client_ = connect();
    client_.send("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n\r\n");
    peer_ = backend_.accept();
    peer_.read_head();
  }

  RawSocket client_{-1};
  RawSocket peer_{-1};
};

TEST_F(Bodies, ReframesAChunkedUpload) {
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  client.send("0005;name=value\r\nhello\r\n");
  EXPECT_EQ(backend.read_until("hello\r\n"), "5\r\nhello\r\n");
  client.send("1\r\n");
  client.send("x\r\n00\r\nX-Sum: 1\r\nContent-Length: 7\r\n\r\n");
  EXPECT_EQ(backend.read_until("\r\n\r\n"), "1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n");
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client.read_head(), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(Bodies, JoinsChunksThatArriveTogether) {
  RawSocket client = connect();
  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  EXPECT_EQ(backend.read_until("0\r\n\r\n"), "6\r\nabcdef\r\n0\r\n\r\n");
}

TEST_F(Bodies, PassesALargeUploadAndDownloadWhole) {
  std::string body(8 * 1024 * 1024, '\0');
  for (std::size_t i = 0; i < body.size(); ++i)
    body[i] = static_cast<char>(i * 2654435761U >> 13U);
  RawSocket client = connect();
  std::jthread sender = sending(client, upload_head(body.size()) + body);
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), HasSubstr("Content-Length: " + std::to_string(body.size())));
  EXPECT_TRUE(backend.read_exactly(body.size()) == body);
  sender.join();
  const std::jthread answerer = sending(backend, response_head(body.size()) + body);
  client.read_head();
  EXPECT_TRUE(client.read_exactly(body.size()) == body);
}

TEST_F(Bodies, RelaysEachEventOfAStreamAsItComes) {
  exchange_request();
  peer_.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_THAT(client_.read_head(), HasSubstr("Transfer-Encoding: chunked"));
  for (const char* event : {"data: 1\n\n", "data: 2\n\n", "data: 3\n\n"}) {
    peer_.send("9\r\n" + std::string(event) + "\r\n");
    EXPECT_EQ(client_.read_until("\n\n\r\n"), "9\r\n" + std::string(event) + "\r\n");
  }
  peer_.send("0\r\n\r\n");
  EXPECT_EQ(client_.read_until("0\r\n\r\n"), "0\r\n\r\n");
}

TEST_F(Bodies, FramesABodyThatEndsWithTheConnectionAsChunks) {
  exchange_request();
  peer_.send("HTTP/1.1 200 OK\r\n\r\nhello");
  EXPECT_EQ(undated(client_.read_until("hello\r\n")),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  peer_.close();
  EXPECT_EQ(client_.read_until("0\r\n\r\n"), "0\r\n\r\n");
  // The client's connection stays.
  client_.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(backend_.accept().read_head(), StartsWith("GET /next "));
}

TEST_F(Bodies, DoesNotEndATruncatedChunkedBody) {
  exchange_request();
  peer_.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  client_.read_until("hello\r\n");
  peer_.close();
  EXPECT_EQ(client_.read_to_end(), "");
}

TEST_F(Bodies, DoesNotFillUpATruncatedLength) {
  exchange_request();
  peer_.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  client_.read_until("hello");
  peer_.close();
  EXPECT_EQ(client_.read_to_end(), "");
}

// A large body goes through a pipe, and behaves like a small one.
TEST_F(Bodies, DoesNotFillUpATruncatedLargeBody) {
  exchange_request();
  const std::string part(300'000, 'a');
  peer_.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + part);
  client_.read_head();
  EXPECT_TRUE(client_.read_exactly(part.size()) == part);
  peer_.close();
  EXPECT_EQ(client_.read_to_end(), "");
  EXPECT_TRUE(wait_for_metric("wayside_backend_errors_total{reason=\"response_truncated\"}", 1));
}

TEST_F(Bodies, KeepsTheConnectionsBehindALargeBody) {
  const std::string body(3'000'000, 'b');
  for (int i = 0; i < 3; ++i) {
    if (i == 0) {
      exchange_request();
    } else {
      client_.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      peer_.read_head();
    }
    const std::jthread answerer = sending(peer_, response_head(body.size()) + body);
    client_.read_head();
    EXPECT_TRUE(client_.read_exactly(body.size()) == body);
  }
}

// Bytes that a client has left in the pipe do not reach another client.
TEST_F(Bodies, MixesNoLargeBodies) {
  exchange_request();
  const std::string left(20'000'000, 'l');
  std::jthread answerer = sending(peer_, response_head(left.size()) + left);
  client_.read_head();
  client_.read_exactly(1'000);
  client_.close();
  answerer.join();
  const std::string body(1'000'000, 'b');
  RawSocket next = connect();
  next.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  const std::jthread other = sending(backend, response_head(body.size()) + body);
  next.read_head();
  EXPECT_TRUE(next.read_exactly(body.size()) == body);
}

TEST_F(Bodies, DoesNotFillUpATruncatedLargeUpload) {
  RawSocket client = connect();
  client.send(upload_head(10'000'000));
  RawSocket backend = backend_.accept();
  backend.read_head();
  const std::string part(300'000, 'a');
  client.send(part);
  EXPECT_TRUE(backend.read_exactly(part.size()) == part);
  client.close();
  EXPECT_EQ(backend.read_to_end(), "");
  EXPECT_TRUE(wait_for_metric(R"(wayside_client_aborts_total{endpoint="unmatched",phase="request"})", 1));
}

TEST_F(Bodies, KeepsTheConnectionsBehindALargeUpload) {
  std::string body(3'000'000, 'b');
  RawSocket client = connect();
  std::optional<RawSocket> backend;
  for (const char mark : {'1', '2', '3'}) {
    body.back() = mark;
    const std::jthread sender = sending(client, upload_head(body.size()) + body);
    if (!backend) backend = backend_.accept();
    backend->read_head();
    EXPECT_TRUE(backend->read_exactly(body.size()) == body);
    backend->send(response_head(2) + "ok");
    client.read_until("ok");
  }
}

// Bytes that a backend connection has left in the pipe do not reach another.
TEST_F(Bodies, MixesNoLargeUploads) {
  const std::size_t before = open_pipe_ends();
  RawSocket client = connect();
  const std::string left(50'000'000, 'l');
  std::jthread sender = sending(client, upload_head(left.size()) + left);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.read_exactly(1'000'000);
  EXPECT_TRUE(wait_until([&] { return open_pipe_ends() == before + 2; })) << "nothing went by a pipe";
  backend.reset();
  EXPECT_THAT(client.read_head(), StartsWith("HTTP/1.1 502 "));
  sender.join();
  const std::string body(1'000'000, 'b');
  RawSocket next = connect();
  const std::jthread other = sending(next, upload_head(body.size()) + body);
  RawSocket fresh = backend_.accept();
  fresh.read_head();
  EXPECT_TRUE(fresh.read_exactly(body.size()) == body);
}

// A pipe is two descriptors, and a pause may be long.
TEST_F(Bodies, HoldsNoPipeForAnUploadThatPauses) {
  constexpr std::size_t kUploads = 20;
  const std::size_t before = open_pipe_ends();
  std::vector<RawSocket> clients;
  std::vector<RawSocket> backends;
  for (std::size_t i = 0; i < kUploads; ++i) {
    RawSocket& client = clients.emplace_back(connect());
    client.send(upload_head(10'000'000));
    RawSocket& backend = backends.emplace_back(backend_.accept());
    backend.read_head();
    client.send("first");
    backend.read_exactly(5);
    client.send("second");
    backend.read_exactly(6);
  }
  EXPECT_TRUE(wait_until([&] { return open_pipe_ends() < before + kUploads; }));
  clients.front().send("third");
  EXPECT_EQ(backends.front().read_exactly(5), "third");
}

TEST_F(Bodies, ResetsAnHttp10ClientWhoseBodyIsTruncated) {
  exchange_request("1.0");
  peer_.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  EXPECT_EQ(undated(client_.read_until("hello")), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello");
  peer_.close();
  client_.read_to_end();
  EXPECT_TRUE(client_.was_reset());
}

TEST_F(Bodies, RelaysContinueAndThenTheBody) {
  RawSocket client = connect();
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), HasSubstr("Expect: 100-continue\r\n"));
  backend.send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_EQ(backend.read_exactly(5), "hello");
  backend.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(undated(client.read_head()), "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
}

TEST_F(Bodies, RelaysARefusalInsteadOfContinueAndCloses) {
  RawSocket client = connect();
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(undated(client.read_to_end()),
            "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(backend.read_to_end(), "");
}

TEST_F(Bodies, RelaysEarlyHintsBeforeTheResponse) {
  exchange_request();
  peer_.send(
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
      "HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(client_.read_head(), "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
  EXPECT_EQ(client_.read_head(), "HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n");
  EXPECT_EQ(undated(client_.read_until("ok")), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

// An unchanged head is sent from the read buffer, together with its body.

TEST_F(Bodies, RelaysWhatNeedsNoChangeAsItCame) {
  exchange_request();
  const std::string response = dated_head(5) + "hello";
  peer_.send(response);
  EXPECT_EQ(client_.read_exactly(response.size()), response);
  client_.send(kGet);
  peer_.read_head();
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
  peer_.send(hints + hints + response);
  EXPECT_EQ(client_.read_exactly(2 * hints.size() + response.size()), hints + hints + response);
  client_.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  peer_.read_head();
  peer_.send(dated_head(7));
  EXPECT_EQ(client_.read_head(), dated_head(7));
  client_.send(kGet);
  peer_.read_head();
  peer_.send(response);
  EXPECT_EQ(client_.read_exactly(response.size()), response);
}

TEST_F(Bodies, RelaysAHeadInPiecesAsItCame) {
  exchange_request();
  const std::string response = dated_head(5) + "hello";
  for (const std::size_t cut : {response.size() - 7, response.size() - 5, response.size() - 2}) {
    peer_.send(response.substr(0, cut));
    std::string received;
    if (cut >= dated_head(5).size()) received = client_.read_exactly(cut);
    peer_.send(response.substr(cut));
    received += client_.read_exactly(response.size() - received.size());
    EXPECT_EQ(received, response);
    client_.send(kGet);
    peer_.read_head();
  }
}

TEST_F(Bodies, RelaysAHeadAsItCameToAClientThatWaits) {
  exchange_request();
  // More than the sockets and the pipe hold.
  std::string body(24'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); i += 1000)
    body[i] = static_cast<char>('a' + i / 1000 % 26);
  const std::string response = dated_head(body.size()) + body;
  const std::jthread sender = sending(peer_, response);
  ASSERT_TRUE(wait_until([&] { return open_pipe_ends() > 0; }));
  EXPECT_TRUE(client_.read_exactly(response.size()) == response);
}

TEST_F(Bodies, DropsWhatFollowsAResponseThatNeedsNoChange) {
  exchange_request();
  peer_.send(dated_head(2) + "okHTTP/1.1 200 OK\r\n");
  EXPECT_EQ(client_.read_exactly(dated_head(2).size() + 2), dated_head(2) + "ok");
  EXPECT_EQ(peer_.read_to_end(), "");
  client_.send(kGet);
  peer_ = backend_.accept();
  peer_.read_head();
  peer_.send(dated_head(2) + "ok");
  EXPECT_EQ(client_.read_exactly(dated_head(2).size() + 2), dated_head(2) + "ok");
}

TEST_F(Bodies, SparesHttp10ClientsInformationalResponses) {
  exchange_request("1.0");
  peer_.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(undated(client_.read_to_end()),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
}

TEST_F(Bodies, RelaysAnEarlyResponseAndStopsTheUpload) {
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome");
  RawSocket backend = backend_.accept();
  backend.read_until("some");
  backend.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
  EXPECT_EQ(undated(client.read_to_end()),
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
  EXPECT_EQ(backend.read_to_end(), "");
}

TEST_F(Bodies, UnfoldsAFoldedResponseField) {
  exchange_request();
  peer_.send("HTTP/1.1 200 OK\r\nX-Long: one\r\n  two\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client_.read_head(), Not(HasSubstr("one\r\n")));
}

}  // namespace
}  // namespace wayside::test
