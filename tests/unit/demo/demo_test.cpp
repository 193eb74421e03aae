#include "wayside/demo/demo.hpp"

#include "demo/service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wayside::demo {
namespace {

namespace net = boost::asio;
using net::ip::tcp;

TEST(Demo, PutsItsServiceIntoTheSettings) {
  const Demo demo;
  const config::Settings settings = demo.settings({});
  EXPECT_EQ(settings.backend.host, "127.0.0.1");
  EXPECT_NE(settings.backend.port, 0);
  EXPECT_EQ(settings.routes.size(), Service::route_templates().size());
}

TEST(Demo, KeepsTheUsersRoutes) {
  const Demo demo;
  config::Settings own;
  own.routes.emplace_back().path = "/own";
  EXPECT_EQ(demo.settings(own).routes, own.routes);
}

TEST(Demo, ReachesAWildcardAddressOnTheLoopback) {
  net::io_context context;
  tcp::acceptor listener(context, tcp::endpoint(net::ip::address_v4::loopback(), 0));
  const std::string port = std::to_string(listener.local_endpoint().port());
  Demo demo;
  const std::string text =
      demo.start_traffic(Address{"0.0.0.0", listener.local_endpoint().port(), {}}, Address{"::", 10180, {}});
  EXPECT_THAT(text, testing::HasSubstr("curl http://127.0.0.1:" + port + "/users/42\n"));
  EXPECT_THAT(text, testing::HasSubstr("Metrics are at http://[::1]:10180/metrics. Try:\n"));
  listener.accept();  // a visitor
}

}  // namespace
}  // namespace wayside::demo
