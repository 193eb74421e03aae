// The answers of the example service, as a blocking client sees them.
#include "demo/service.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace wayside::demo {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using Response = http::response<http::string_body>;

// One keep-alive connection to the service.
class Client {
 public:
  explicit Client(const Address& address) : socket_(context_) {
    socket_.connect(tcp::endpoint{net::ip::make_address(address.host), address.port});
  }

  void send(http::verb method, const std::string& target, const std::string& body = {}) {
    http::request<http::string_body> request{method, target, 11};
    request.set(http::field::host, "demo");
    request.body() = body;
    request.prepare_payload();
    http::write(socket_, request);
  }

  Response receive(bool answers_head = false) {
    http::response_parser<http::string_body> parser;
    parser.skip(answers_head);
    http::read(socket_, buffer_, parser);
    return parser.release();
  }

  Response get(const std::string& target) {
    send(http::verb::get, target);
    return receive();
  }

  // Reads up to and including `end`. Sets an error code at the end of the stream.
  std::string read_through(const std::string& end, error_code& error) {
    std::string text;
    while (!text.ends_with(end) && !error) {
      char byte = 0;
      if (socket_.read_some(net::buffer(&byte, 1), error) == 1) text += byte;
    }
    return text;
  }

 private:
  net::io_context context_;
  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
};

TEST(DemoService, ListensOnTheLoopbackOnAPortOfItsOwn) {
  const Service first;
  const Service second;
  EXPECT_EQ(first.address().host, "127.0.0.1");
  EXPECT_NE(first.address().port, 0);
  EXPECT_NE(first.address(), second.address());
}

TEST(DemoService, AnswersItsRoutesOnOneConnection) {
  const Service service;
  Client client{service.address()};

  const Response front = client.get("/?from=test");
  EXPECT_EQ(front.result_int(), 200U);
  for (const std::string& route : Service::route_templates()) {
    EXPECT_THAT(front.body(), testing::HasSubstr("  " + route + "\n"));
  }
  EXPECT_EQ(client.get("/users/42").body(), "{\"user\":\"42\"}\n");
  EXPECT_EQ(client.get("/orders/7/items/3").body(), "{\"order\":\"7\",\"item\":\"3\"}\n");
  EXPECT_EQ(client.get("/slow").result_int(), 200U);
}

TEST(DemoService, EscapesIdentifiersInItsJson) {
  const Service service;
  Client client{service.address()};
  EXPECT_EQ(client.get("/users/a\"b\\c").body(), "{\"user\":\"a\\\"b\\\\c\"}\n");
}

TEST(DemoService, DoesNotKnowOtherPaths) {
  const Service service;
  Client client{service.address()};
  for (const char* target :
       {"/nothing", "/users", "/users/", "/users/1/x", "/orders/1/items", "/orders/1/bills/2"}) {
    EXPECT_EQ(client.get(target).result_int(), 404U) << target;
  }
}

TEST(DemoService, TakesABodyWithAnyMethod) {
  const Service service;
  Client client{service.address()};
  client.send(http::verb::post, "/users/1", std::string(100'000, 'x'));
  EXPECT_EQ(client.receive().result_int(), 200U);
  client.send(http::verb::delete_, "/users/1");
  EXPECT_EQ(client.receive().result_int(), 200U);
}

TEST(DemoService, AnswersHeadWithoutABody) {
  const Service service;
  Client client{service.address()};
  client.send(http::verb::head, "/download");
  const Response response = client.receive(true);
  EXPECT_EQ(response[http::field::content_length], std::to_string(Service::kDownloadBytes));
  EXPECT_EQ(client.get("/users/1").result_int(), 200U) << "the connection is still in step";
}

TEST(DemoService, FailsTwoOfFourFlakyRequests) {
  const Service service;
  Client client{service.address()};
  std::map<unsigned, int> answers;
  for (int i = 0; i < 8; ++i)
    ++answers[client.get("/flaky").result_int()];
  EXPECT_EQ(answers, (std::map<unsigned, int>{{200, 4}, {500, 2}, {503, 2}}));
}

TEST(DemoService, SendsTheDownloadInChunks) {
  const Service service;
  Client client{service.address()};
  const Response response = client.get("/download");
  EXPECT_TRUE(response.chunked());
  EXPECT_EQ(response.body().size(), Service::kDownloadBytes);
}

TEST(DemoService, SendsEventsOneByOne) {
  const Service service;
  Client client{service.address()};
  client.send(http::verb::get, "/events");
  error_code error;
  EXPECT_THAT(client.read_through("\r\n\r\n", error), testing::HasSubstr("text/event-stream"));
  EXPECT_THAT(client.read_through("\n\n", error), testing::EndsWith("data: 1\n\n"));
  EXPECT_THAT(client.read_through("\n\n", error), testing::EndsWith("data: 2\n\n"));
  EXPECT_FALSE(error) << error.message();
}

TEST(DemoService, EndsWithoutWaitingForItsStreams) {
  std::optional<Service> service{std::in_place};
  Client client{service->address()};
  client.send(http::verb::get, "/events");
  error_code error;
  client.read_through("data: 1\n\n", error);
  service.reset();
  client.read_through("data: 1000\n\n", error);
  EXPECT_TRUE(error) << "the stream should have been cut off";
}

}  // namespace
}  // namespace wayside::demo
