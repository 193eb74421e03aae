// The real proxy in the test's process, in front of a FakeBackend, on free ports.
//
// With WAYSIDE_TEST_CLIENTS=tls in the environment, the clients of connect() speak TLS and the listener asks
// for it.
#pragma once

#include "wayside/app/daemon.hpp"
#include "wayside/config/settings.hpp"

#include "support/fake_backend.hpp"
#include "support/raw_socket.hpp"
#include "support/tls_relay.hpp"
#include "support/wait.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::test {

// A response head without its Date field. The head must have exactly one.
std::string undated(std::string response);

class ProxyFixture : public testing::Test {
 protected:
  ProxyFixture();
  ~ProxyFixture() override;

  // Starts the proxy with `settings`, or restarts it. Listeners and backend are those of the fixture.
  void start(config::Settings settings = {});
  // Drains the proxy and destroys it.
  void stop() { daemon_.reset(); }
  // Settings that relay request bodies piece by piece.
  static config::Settings unbuffered();
  void start_with_routes(std::initializer_list<const char*> templates);
  // Sets the source of settings for daemon().reload(). Takes effect at the next start.
  void set_source(std::function<config::Settings()> source) { source_ = std::move(source); }
  app::Daemon& daemon() { return *daemon_; }

  RawSocket connect();
  // "http" or "https": how the clients of connect() speak.
  static std::string scheme();

  // The whole response to GET `path` on the metrics listener.
  std::string admin_get(std::string_view path) const;
  // The value of a metric line such as `http_requests_total{endpoint="/",http_status="200",method="GET"}`; -1
  // if there is none.
  double metric(std::string_view series) const;
  // Waits until the metric line has that value; false after kPatience.
  bool wait_for_metric(std::string_view series, double value) const;

  FakeBackend backend_;

 private:
  std::list<TlsRelay> relays_;  // they end with the daemon's connections
  std::function<config::Settings()> source_;
  std::unique_ptr<output::StandardStreams> streams_;
  std::unique_ptr<app::Daemon> daemon_;
};

}  // namespace wayside::test
