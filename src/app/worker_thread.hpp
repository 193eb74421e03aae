// The thread of a worker: runs the worker, and reports its end to the thread that ends the process.
//
// A worker whose run() throws has most likely run out of memory. So the report needs none, and the log line
// is left out where there is no memory for it.
#pragma once

#include "wayside/base/log.hpp"
#include "wayside/net/operation_memory.hpp"
#include "wayside/net/types.hpp"

#include <exception>
#include <functional>

namespace wayside::app {

class WorkerThread {
 public:
  // `work` is Worker::run(); `on_ended` is called from the io_context, once, with whether `work` has thrown.
  // The log outlives the object, and the object outlives the call. Throws std::bad_alloc.
  WorkerThread(std::function<void()> work, const net::Executor& io, const Logger& log,
               std::function<void(bool has_failed)> on_ended);
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  // The function of the thread. Once.
  void run() noexcept;

 private:
  void complain(const std::exception& error) const noexcept;

  const std::function<void()> work_;
  const net::Executor io_;
  const Logger& log_;
  const std::function<void(bool)> on_ended_;
  net::OperationMemory report_memory_;
};

}  // namespace wayside::app
