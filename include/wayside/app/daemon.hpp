// The whole of wayside in one object: workers, metrics, admin listener. What main() runs, and what tests run
// in their own process.
//
// Lifecycle: construct → open() → start() → … → drain() → wait().
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/load.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/output/standard_streams.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace wayside::app {

// Why the daemon cannot start, for a person: "cannot listen on 0.0.0.0:8080: Address already in use".
struct StartError {
  std::string message;
};

class Daemon {
 public:
  // `streams` outlives the daemon and has access_log_rings(settings) rings. `settings` were checked by
  // config::load; that their routes compile is taken for granted, and a std::logic_error if they do not.
  Daemon(config::Settings settings, output::StandardStreams& streams);

  // How many rings of the access log the daemon writes: one for each worker, or none where it is off.
  static std::size_t access_log_rings(const config::Settings& settings) noexcept;

  // Where reload() gets the configuration from: the settings that are to be in force, or every mistake.
  // Called on a thread of its own, where it may block; what it refers to lives until wait() has returned
  // true, or as long as the process. Before open().
  void set_source(std::function<Checked<config::Settings, config::Errors>()> source);
  // Drains and waits if that was not done.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Binds both listeners. Nothing is accepted yet.
  Checked<void, StartError> open();

  // The addresses really bound. After open().
  const Address& proxy_address() const noexcept;
  const Address& metrics_address() const noexcept;

  // Drains on SIGINT and SIGTERM, the second of which ends the process at once, and reloads on SIGHUP, which
  // does nothing while draining. Before start(), so that none is missed.
  void handle_signals();

  // Starts the worker threads and the admin thread.
  void start();

  // Reads the configuration again: its routes and what else belongs to them take effect with the next
  // request, the rest with the next start. A configuration with mistakes changes nothing. From any thread,
  // and at once: the log and wayside_config_last_reload_successful tell how it went.
  void reload();

  // Stops accepting and lets what is in flight finish, for timeouts.drain at most. From any thread, any
  // number of times, and at once: wait() tells when it is over.
  void drain();

  // Blocks until the daemon was drained, by drain() or a worker's failure. False where a reload is stuck in
  // reading a file: its thread goes on in the source, and the process has to end without taking down what
  // that may use (std::_Exit).
  bool wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::app
