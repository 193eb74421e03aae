// The whole of wayside in one object: workers, metrics, admin listener. What main() runs, and what tests run
// in their own process.
//
// Lifecycle: construct → open() → start() → … → drain() → wait().
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"

#include <memory>
#include <string>

namespace wayside::app {

// Why the daemon cannot start, for a person: "cannot listen on 0.0.0.0:8080: Address already in use".
struct StartError {
  std::string message;
};

class Daemon {
 public:
  // `log` outlives the daemon. `settings` were checked by config::load; that their routes compile is taken
  // for granted, and a std::logic_error if they do not.
  Daemon(config::Settings settings, const Logger& log);
  // Drains and waits if that was not done.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Binds both listeners. Nothing is accepted yet.
  Checked<void, StartError> open();

  // The addresses really bound. After open().
  const Address& proxy_address() const noexcept;
  const Address& metrics_address() const noexcept;

  // Drains on SIGINT and SIGTERM; a second one ends the process at once. Before start(), so that none is
  // missed.
  void drain_on_signals();

  // Starts the worker threads and the admin thread.
  void start();

  // Stops accepting and lets what is in flight finish, for timeouts.drain at most. From any thread, any
  // number of times, and at once: wait() tells when it is over.
  void drain();

  // Blocks until the daemon was drained, by drain() or a worker's failure.
  void wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::app
