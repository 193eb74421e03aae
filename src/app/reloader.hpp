// Reading the configuration again, on a thread of its own.
//
// A file may block for ever, a document may take long or all memory that there is: none of that may reach the
// threads that answer. So the reloader's thread reads and prepares, and hands the result to the io_context,
// where a step that takes no time puts it in force. It knows nothing of what is in a configuration.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/load.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/net/types.hpp"

#include "app/routing_book.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace wayside::app {

// A configuration that only has to be put in force.
struct Prepared {
  RoutingUpdate routing;
  std::size_t route_count = 0;
  bool needs_restart = false;  // more than the routes has changed
};

class Reloader {
 public:
  using Outcome = Checked<Prepared, config::Errors>;

  // One reload. What the first two throw, std::bad_alloc included, makes it fail.
  struct Steps {
    // On the reloader's thread; may block for ever. What it refers to lives until close() has returned true,
    // or as long as the process.
    std::function<Checked<config::Settings, config::Errors>()> read;
    // On the reloader's thread. What it refers to outlives the reloader.
    std::function<Prepared(config::Settings)> prepare;
    // On the io_context's thread, at the end of every reload. Takes what it needs of the outcome and leaves
    // the rest to be destroyed on the reloader's thread. The error is for whoever asked: the first mistake.
    std::function<Checked<void, std::string>(Outcome&)> finish;
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

  // Asks for a reload that begins after this call. All that is asked for while one is under way is one more.
  void request();

  // The same, and waits for its result: the first mistake where it failed. One that takes longer than a
  // minute is an error that says so; it goes on.
  net::Awaitable<Checked<void, std::string>> reload();

  // Ends every reload() that waits, with an error. From now on nothing is read.
  void stop();

  // Ends the thread and waits for it, but for `patience` at most while it reads. False where it still reads
  // then: the thread has been detached, touches nothing but Steps::read, and ends with the process. From any
  // thread, while none runs the io_context.
  bool close(Milliseconds patience);

 private:
  struct Waiter;
  struct Shared;

  void begin();
  void on_finished();  // on the io_context's thread

  boost::asio::io_context& io_;
  const Steps steps_;
  // Shared with the thread, which outlives the reloader where it is stuck in a system call.
  std::shared_ptr<Shared> shared_;
  std::thread thread_;

  // Of the io_context's thread.
  bool is_running_ = false;
  bool is_wanted_ = false;  // once more, after the one that is running
  bool is_stopped_ = false;
  // Shared with the coroutines that wait, whoever of both goes first.
  std::vector<std::shared_ptr<Waiter>> waiting_;  // for the reload that is running
  std::vector<std::shared_ptr<Waiter>> next_;     // for the one after it
};

}  // namespace wayside::app
