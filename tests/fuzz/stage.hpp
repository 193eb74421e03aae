// One session between a client and a backend that a script plays, all on one thread.
//
// The session is the real one, on unix sockets; only time stands still. Each peer reads whatever it is sent.
// A step is over when nothing more follows from it, so the same script always takes the same course.
#pragma once

#include "wayside/base/direct_log.hpp"
#include "wayside/base/log.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/task.hpp"

#include "app/route_binder.hpp"
#include "fuzz/script.hpp"
#include "proxy/context.hpp"
#include "proxy/session.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <unistd.h>

namespace wayside::fuzz {

// A descriptor that is closed with its owner; never blocks.
class Peer {
 public:
  Peer() = default;
  explicit Peer(int descriptor) noexcept : descriptor_(descriptor) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { close(); }

  int descriptor() const noexcept { return descriptor_; }
  void replace(int descriptor) noexcept;
  void send(std::string_view bytes) const noexcept;
  void end_sending() const noexcept;
  void close() noexcept;
  // Appends what has come to `received`; whether anything had.
  bool receive(std::string& received) const;

 private:
  int descriptor_ = -1;
};

class Stage {
 public:
  Stage();

  void play(const Step& step);
  // Lets everything happen that can happen now.
  void settle();
  // Both peers leave, which ends every session; fails unless it does.
  void end();

 private:
  std::unique_ptr<const proxy::Routing> routing();
  net::Stream open_client();
  net::Detached serve();
  bool accept_backend();
  bool has_tunnel() const;
  void check_client() const;
  void check_backend();
  bool nothing_is_in_flight() const;

  const config::Settings settings_;
  DirectLog errors_{STDERR_FILENO};
  const Logger log_{LogLevel::kError, errors_};
  metrics::Registry registry_;
  app::RouteBinder routing_;
  boost::asio::io_context io_{1};
  net::ReadinessSet readiness_{io_};
  Peer listener_;
  proxy::Context context_;
  Peer client_;
  std::string client_sent_;
  std::string client_received_;
  Peer backend_;  // the last that was connected
  std::string backend_received_;
  std::optional<proxy::Session> session_;  // until end()
  bool is_over_ = false;
};

}  // namespace wayside::fuzz
