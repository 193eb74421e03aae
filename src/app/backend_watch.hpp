// What the process knows of its backend: from what the workers tell, and from the health check if there is
// one. It writes the lines of the log about it, and answers whether the backend is up and whether wayside is
// ready.
//
// Both sources have lines of their own. With a health check, that alone decides what is up and ready; without
// one, the last result of a worker does.
//
// Used by the io_context's thread alone, or while none runs it, except ring().
#pragma once

#include "wayside/admin/admin_server.hpp"
#include "wayside/base/log.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/net/operation_memory.hpp"
#include "wayside/net/types.hpp"
#include "wayside/proxy/backend_reporter.hpp"

#include "app/backend_state.hpp"
#include "app/health_check.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wayside::app {

class BackendWatch {
 public:
  // How long a failure of a request makes wayside unready, without a health check. Unready it may get no
  // request that would show the backend to be back.
  static constexpr std::chrono::seconds kUnreadyFor{10};

  // The references outlive the watch. `backend` is the backend's address for the log.
  BackendWatch(boost::asio::io_context& io, const config::Settings& settings, std::string backend,
               const Logger& log, std::shared_ptr<const tls::ClientContext> backend_tls = nullptr);
  BackendWatch(const BackendWatch&) = delete;
  BackendWatch& operator=(const BackendWatch&) = delete;

  // The reporters outlive the watch; on_change of each calls ring().
  void add(proxy::BackendReporter& reporter) { workers_.push_back({&reporter}); }
  // Any thread, any number of times. Has the records read soon. Needs no memory.
  void ring() noexcept;

  // Begins to check, where a check is configured. Throws std::bad_alloc.
  void start();
  // Writes the lines that are still to come. The io_context can run out of work.
  void stop() noexcept;

  // By the last result; nothing before the first.
  std::optional<bool> is_up() const noexcept;
  // The outage that lasts; nothing: the backend does not fail, as far as is known.
  std::optional<admin::BackendOutage> outage() const;
  // Why the backend keeps wayside from being ready (Settings::readiness), in one line; empty: it does not.
  std::string why_unready() const;

 private:
  struct Source {
    BackendState state;
    std::string name;  // in the log
    net::Timer timer;  // until its next line is due
  };
  struct Worker {
    proxy::BackendReporter* reporter;
    std::uint64_t failures = 0;  // that were read
  };

  // That decides what is up.
  const BackendState& state() const noexcept { return check_ ? checks_.state : requests_.state; }
  void read_records();
  void on_checked(const HealthCheck::Result& result);
  void on_not_checked(const std::string& why);
  void log_if_due(Source& source);
  void write(const Source& source, const BackendState::Line& line) const;

  const config::Settings& settings_;
  const std::string backend_;
  const Logger& log_;
  const net::Executor io_;
  net::OperationMemory ring_memory_;
  std::atomic<bool> is_rung_{false};
  bool is_stopped_ = false;
  std::vector<Worker> workers_;
  Source requests_;
  Source checks_;
  std::optional<HealthCheck> check_;
  std::optional<TimePoint> told_of_no_check_at_;
};

}  // namespace wayside::app
