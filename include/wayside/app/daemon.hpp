// The whole daemon in one object: workers, metrics, metrics listener. main() runs it, and tests run it in
// their process.
//
// Lifecycle: construct → open() → start() → … → drain() → wait(), all on one thread but reload() and drain().
#pragma once

#include "wayside/app/inherited_sockets.hpp"
#include "wayside/app/supervision.hpp"
#include "wayside/base/address.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/load.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/output/standard_streams.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wayside::app {

// Why the daemon cannot start: "cannot listen on 0.0.0.0:8080: Address already in use".
struct StartError {
  std::string message;
};

class Daemon {
 public:
  // `streams` outlives the daemon and has access_log_rings(settings) rings. `settings` come from
  // config::load, and `hints` with them. The service manager is told what `supervision` asks for; sockets
  // that were inherited from it, for clients or for metrics, take the place of the addresses in the settings.
  // Throws std::logic_error if the routes do not compile, boost::system::system_error without descriptors,
  // and std::bad_alloc.
  Daemon(config::Settings settings, output::StandardStreams& streams, const Supervision& supervision = {},
         InheritedSockets inherited = {}, std::vector<std::string> hints = {});

  // The number of access log rings that the daemon writes: one for each worker; 0 if the log is off.
  static std::size_t access_log_rings(const config::Settings& settings) noexcept;

  // Sets the function with which reload() reads the configuration. It returns new settings and hints, or
  // every mistake in them. It is called on the reloader's thread, where it may block; the objects it refers
  // to live until wait() has returned true, or as long as the process. Call this before open().
  void set_source(std::function<Checked<config::Invocation, config::Errors>()> source);
  // Drains and waits unless that has been done.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Binds all addresses. Nothing is accepted yet.
  Checked<void, StartError> open();

  // The bound addresses, in the order of the settings or of the inherited sockets, with the ports that the
  // kernel chose. After open().
  const std::vector<Address>& proxy_addresses() const noexcept;
  const std::vector<Address>& metrics_addresses() const noexcept;

  // From now on SIGINT and SIGTERM drain, a second one of them ends the process at once, and SIGHUP reloads,
  // except during a drain. Call this before start(), so that no signal is missed.
  void handle_signals();

  // Starts the threads: workers, metrics listener, reloader. Throws std::system_error if there is none to be
  // had, and std::bad_alloc; the daemon has ended then.
  void start();

  // Asks for a reload and returns at once. The routes and their settings take effect with the next request,
  // other settings with the next start. A configuration with mistakes changes nothing. The log and
  // wayside_config_last_reload_successful show the result. During a drain, the log says that nothing is
  // reloaded. Any thread.
  void reload();

  // /-/ready says 503 from now on, and responses end their connections. After timeouts.drain_delay the
  // workers stop accepting, and finish requests in flight, for timeouts.drain at most. Returns at once:
  // wait() waits for the end. Any thread, any number of times.
  void drain();

  // Blocks until the daemon is drained, after drain() or the failure of a worker. False if a reload is stuck
  // in reading a file: its thread still runs the source, and the process has to end without destroying the
  // objects that the source uses (std::_Exit).
  bool wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::app
