// Reloads the configuration on a separate thread.
//
// A file may block for ever, and a document may take long or exhaust the memory: neither may delay the
// threads that serve. So the reloader's thread reads and prepares, and posts the result to the io_context,
// where a short step puts it in force. The reloader does not know the contents of a configuration.
#pragma once

#include "wayside/admin/access.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/load.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/net/types.hpp"

#include "app/certificates.hpp"
#include "app/route_binder.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace wayside::app {

// A configuration that is ready to be put in force.
struct Prepared {
  RoutingUpdate routing;
  Certificates::Loaded certificates;
  admin::Access access;  // to the metrics listener, but for its certificates
  std::size_t route_count = 0;
  std::vector<std::string> warnings;  // the lines of the log about the configuration
  std::vector<std::string_view>
      needs_restart{};            // the keys of settings that have changed and stay as they are
  bool labels_are_paths = false;  // as clients sent them
};

class Reloader {
 public:
  using Outcome = Checked<Prepared, config::Errors>;

  // The steps of one reload. The reload fails if `read` or `prepare` throws, std::bad_alloc included.
  struct Steps {
    // Called on the reloader's thread. May block for ever. The objects it refers to live until close() has
    // returned true, or as long as the process.
    std::function<Checked<config::Invocation, config::Errors>()> read;
    // Called on the reloader's thread. The objects it refers to outlive the reloader.
    std::function<Prepared(config::Invocation)> prepare;
    // Called on the io_context's thread, at the end of every reload. May move parts out of the outcome; the
    // rest is destroyed on the reloader's thread. Returns the first mistake, which reload() returns too.
    std::function<Checked<void, std::string>(Outcome&)> finish;
    // Called on the io_context's thread, at the beginning of every reload. Does not throw.
    std::function<void()> begin{};
  };

  // `io` outlives the reloader. start(), request(), reload() and stop() are called on its thread, or while
  // none runs it.
  Reloader(boost::asio::io_context& io, Steps steps);
  // Closes.
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  // Starts the thread. Throws std::system_error.
  void start();

  // Asks for a reload that begins after this call. All requests during a reload lead to one further reload.
  void request();

  // request(), and waits for the result: the first mistake if the reload failed. After a minute the wait ends
  // with an error, and the reload goes on.
  net::Awaitable<Checked<void, std::string>> reload();

  // Ends every wait in reload() with an error. From now on no reload begins.
  void stop();

  // Ends the thread and joins it, but waits for `patience` at most while it reads. False if it still reads
  // then: the thread is detached, uses Steps::read alone, and ends with the process. Any thread, while none
  // runs the io_context.
  bool close(Milliseconds patience);

 private:
  struct Waiter;
  struct Shared;

  void begin();
  void on_finished();  // on the io_context's thread

  boost::asio::io_context& io_;
  const Steps steps_;
  // Shared with the thread, which outlives the reloader if a system call blocks it.
  std::shared_ptr<Shared> shared_;
  std::thread thread_;

  // Used by the io_context's thread only.
  bool is_running_ = false;
  bool is_wanted_ = false;  // a further reload follows the one that is running
  bool is_stopped_ = false;
  // Shared with the coroutines that wait, which may end before or after the reloader.
  std::vector<std::shared_ptr<Waiter>> waiting_;  // for the reload that is running
  std::vector<std::shared_ptr<Waiter>> next_;     // for the one after it
};

}  // namespace wayside::app
