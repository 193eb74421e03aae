#include "app/worker_thread.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <new>
#include <utility>

namespace wayside::app {

WorkerThread::WorkerThread(std::function<void()> work, const net::Executor& io, const Logger& log,
                           std::function<void(bool)> on_ended)
    : work_(std::move(work)), io_(io), log_(log), on_ended_(std::move(on_ended)) {}

void WorkerThread::run() noexcept {
  bool has_failed = false;
  try {
    work_();
  } catch (const std::exception& error) {
    // Its exchanges are lost. The other workers finish theirs, and a supervisor restarts the process.
    has_failed = true;
    complain(error);
  }
  boost::asio::post(io_, report_memory_.bind([this, has_failed] { on_ended_(has_failed); }));
}

void WorkerThread::complain(const std::exception& error) const noexcept {
  try {
    log_.error("a worker failed, draining the others", {{"error", error.what()}});
  } catch (const std::bad_alloc&) {
    // There is no memory for the line.
  }
}

}  // namespace wayside::app
