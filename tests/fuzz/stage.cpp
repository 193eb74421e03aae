#include "fuzz/stage.hpp"

#include "wayside/metrics/totals.hpp"
#include "wayside/proxy/reasons.hpp"

#include "fuzz/check.hpp"
#include "fuzz/forward.hpp"

#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace wayside::fuzz {
namespace {

// Names without a file, and so nothing that is left behind (unix(7), "Abstract").
std::string backend_name() {
  return std::string(1, '\0') + "wayside-fuzz-" + std::to_string(::getpid());
}

constexpr proxy::Share kShare{.clients = 1, .backends = 1, .backend_queue = 1, .pipes = 4};

config::Settings settings() {
  config::Settings settings;
  settings.backend = {{}, 0, backend_name()};
  // Within reach of a short script.
  settings.limits = {
      .request_line = 256, .head = 1024, .fields = 16, .body = 100, .trailers = 64, .chunk_size_line = 32};
  settings.request_body.buffer = 16;
  return settings;
}

int open_listener() {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const std::string name = backend_name();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  const bool listens = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                       ::listen(descriptor, SOMAXCONN) == 0;
  require(listens, "the fuzzer has a backend of its own");
  return descriptor;
}

}  // namespace

void Peer::replace(int descriptor) noexcept {
  close();
  descriptor_ = descriptor;
}

void Peer::send(std::string_view bytes) const noexcept {
  // Who does not read for so long that this fails misses something, as from any peer that gives up.
  (void)::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void Peer::end_sending() const noexcept {
  ::shutdown(descriptor_, SHUT_WR);
}

void Peer::close() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

bool Peer::receive(std::string& received) const {
  bool any = false;
  char bytes[16384];
  for (;;) {
    const ssize_t count = ::recv(descriptor_, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count <= 0) return any;
    received.append(bytes, static_cast<std::size_t>(count));
    any = true;
  }
}

Stage::Stage()
    : settings_(settings()),
      registry_({.label_values = {{"wayside_backend_errors_total", proxy::backend_error_reasons()},
                                  {"wayside_rejected_requests_total", proxy::rejection_reasons()}}}),
      routing_(registry_, 1),
      listener_(open_listener()),
      context_(readiness_, settings_, routing(), registry_.shard(0), routing_.inspector().unmatched(0),
               nullptr, log_, kShare, [] {}),
      session_(std::in_place, context_, open_client(), "192.0.2.1") {
  serve();
}

std::unique_ptr<const proxy::Routing> Stage::routing() {
  app::RoutingUpdate update = routing_.prepare(settings_);
  routing_.inspector().show(std::move(update.shown));
  return std::move(update.of_worker.front());
}

bool Stage::nothing_is_in_flight() const {
  return metrics::TotalsReader(registry_).read().in_flight == 0;
}

net::Stream Stage::open_client() {
  int ends[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0,
          "the fuzzer has a client of its own");
  client_.replace(ends[0]);
  return net::Stream(readiness_, net::Descriptor(ends[1]));
}

// Catches nothing: what a peer sends must not throw.
net::Detached Stage::serve() {
  co_await session_->run();
  is_over_ = true;
}

void Stage::play(const Step& step) {
  switch (step.action) {
    case Action::kClientSends:
      client_sent_ += step.bytes;
      return client_.send(step.bytes);
    case Action::kBackendSends:
      return backend_.send(step.bytes);
    case Action::kClientEndsSending:
      return client_.end_sending();
    case Action::kClientCloses:
      return client_.close();
    case Action::kBackendEndsSending:
      return backend_.end_sending();
    case Action::kBackendCloses:
      return backend_.close();
    case Action::kDrains:
      context_.drain = proxy::Drain::kBegun;
      return session_->wake(1);
    case Action::kMeanwhile:
      return;
  }
}

bool Stage::accept_backend() {
  const int descriptor = ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (descriptor < 0) return false;
  check_backend();
  backend_.replace(descriptor);
  return true;
}

// A tunnel carries anything, so what was sent through it cannot be judged.
bool Stage::has_tunnel() const {
  return client_received_.find("HTTP/1.1 101 ") != std::string::npos;
}

// What the client was sent. A response to HEAD has no body, so a reader would have to know which one it is.
void Stage::check_client() const {
  if (has_tunnel() || client_sent_.find("HEAD") != std::string::npos) return;
  for (std::string_view rest = client_received_; !rest.empty();) {
    const Forwarded responses = forward_responses(rest, {}, kSecondHop);
    require(!responses.violation, "the client is sent responses");
    rest = responses.rest;
  }
}

// What the present connection to the backend was sent.
void Stage::check_backend() {
  const std::string received = std::exchange(backend_received_, {});
  if (has_tunnel()) return;
  require(!forward_requests(received, kSecondHop).violation, "the backend is sent requests");
}

void Stage::settle() {
  constexpr int kMoreThanAnyInputNeeds = 10'000;
  for (int turns = 0; turns < kMoreThanAnyInputNeeds; ++turns) {
    // One turn at a time: a session that wakes itself for ever never comes to rest.
    bool anything_happened = io_.poll_one() != 0;
    anything_happened |= accept_backend();
    anything_happened |= client_.receive(client_received_);
    anything_happened |= backend_.receive(backend_received_);
    if (!anything_happened) return;
  }
  require(false, "a session comes to rest");
}

void Stage::end() {
  client_.close();
  settle();
  backend_.close();
  settle();
  require(is_over_, "a session ends when its peers have left");
  check_client();
  check_backend();
  require(nothing_is_in_flight(), "every exchange is counted");
  context_.backends.close();
  context_.wheel.stop();
  session_.reset();
  readiness_.stop();
  settle();
  require(io_.stopped(), "a session leaves nothing behind that waits");
}

}  // namespace wayside::fuzz
