#include "support/proxy_fixture.hpp"

#include "support/certificates.hpp"

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace wayside::test {
namespace {

bool clients_speak_tls() {
  const char* const clients = std::getenv("WAYSIDE_TEST_CLIENTS");
  return clients != nullptr && std::string_view(clients) == "tls";
}

const tls::CertificateFiles& certificate() {
  static Certificates certificates;
  static const tls::CertificateFiles files = certificates.make("a");
  return files;
}

}  // namespace

std::string undated(std::string response) {
  const std::size_t begin = response.find("\r\nDate: ");
  if (begin == std::string::npos || response.find("\r\nDate: ", begin + 1) != std::string::npos) {
    return "not exactly one Date: " + response;
  }
  return response.erase(begin, response.find("\r\n", begin + 2) - begin);
}

ProxyFixture::ProxyFixture() {
  std::signal(SIGPIPE, SIG_IGN);  // as main() does
}
ProxyFixture::~ProxyFixture() = default;

void ProxyFixture::start(config::Settings settings) {
  daemon_.reset();
  config::ListenSpec& listener = settings.listen.front();
  listener.address = {"127.0.0.1", 0, {}};
  settings.listen.resize(1);
  if (clients_speak_tls() && !listener.tls)
    listener.tls = tls::ServerOptions{.certificates = {certificate()}};
  settings.metrics_listen = {{.address = {"127.0.0.1", 0, {}}}};
  // Without routes, a test finds its requests under "unmatched", unless its settings say otherwise.
  if (!settings.unmatched) settings.unmatched = routes::UnmatchedPolicy::kFold;
  if (settings.backend == config::Settings{}.backend) settings.backend = backend_.address();
  // Shows errors beside the test that caused them, but no lines of level info.
  streams_ =
      std::make_unique<output::StandardStreams>(LogLevel::kError, app::Daemon::access_log_rings(settings));
  daemon_ = std::make_unique<app::Daemon>(std::move(settings), *streams_);
  if (source_) {
    daemon_->set_source([this]() -> Checked<config::Invocation, config::Errors> {
      config::Invocation invocation;
      invocation.settings = source_();
      return invocation;
    });
  }
  const auto opened = daemon_->open();
  if (!opened) throw std::runtime_error(opened.error().message);
  daemon_->start();
}

RawSocket ProxyFixture::connect() {
  const Address& listener = daemon_->proxy_addresses().front();
  return clients_speak_tls() ? relays_.emplace_back(listener).take_plain() : RawSocket::connect(listener);
}

std::string ProxyFixture::scheme() {
  return clients_speak_tls() ? "https" : "http";
}

config::Settings ProxyFixture::unbuffered() {
  config::Settings settings;
  settings.request_body.buffer = 0;
  return settings;
}

void ProxyFixture::start_with_routes(std::initializer_list<const char*> templates) {
  config::Settings settings;
  for (const char* path : templates)
    settings.routes.push_back({.path = path, .methods = {}, .name = {}, .line = 0});
  start(std::move(settings));
}

std::string ProxyFixture::admin_get(std::string_view path) const {
  RawSocket socket = RawSocket::connect(daemon_->metrics_addresses().front());
  socket.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: metrics\r\nConnection: close\r\n\r\n");
  return socket.read_to_end();
}

double ProxyFixture::metric(std::string_view series) const {
  const std::string page = admin_get("/metrics");
  const std::string line_start = "\n" + std::string(series) + " ";
  const std::size_t found = page.find(line_start);
  return found == std::string::npos ? -1 : std::strtod(page.c_str() + found + line_start.size(), nullptr);
}

bool ProxyFixture::wait_for_metric(std::string_view series, double value) const {
  return wait_until([&] { return metric(series) == value; });
}

}  // namespace wayside::test
