// Asks the backend regularly whether it is healthy: GET of one path, over a connection of its own each time.
// A status of 2xx or 3xx is healthy.
//
// It runs on the metrics listener's thread, never on a worker, and no metric of an endpoint counts it. Checks
// begin every HealthCheck::interval; where one takes longer, the next one is left out. The name of the
// backend is looked up again behind each check that was connected, and where connecting fails.
//
// Used by the io_context's thread alone, or while none runs it.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/http/head.hpp"
#include "wayside/http/head_scanner.hpp"
#include "wayside/net/connector.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/reserved_timer.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/target.hpp"
#include "wayside/net/types.hpp"
#include "wayside/net/wakeup.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::app {

class HealthCheck final : private net::Waiter {
 public:
  struct Result {
    enum class Verdict : std::uint8_t {
      kHealthy,
      kUnhealthy,
      kNotMade,  // for a shortage on this side, which says nothing about the backend
    };
    Verdict verdict = Verdict::kHealthy;
    std::string why{};  // unless healthy
  };
  // Called at the end of each check, unless memory ran out.
  using OnResult = std::function<void(const Result&)>;

  // `settings` have a path. Throws std::bad_alloc, and boost::system::system_error without a descriptor.
  HealthCheck(boost::asio::io_context& io, const net::Target& backend, const config::HealthCheck& settings,
              OnResult on_result);
  HealthCheck(const HealthCheck&) = delete;
  HealthCheck& operator=(const HealthCheck&) = delete;

  // Begins with a check. Once.
  void start();
  // Ends the check under way without a result, and begins no other.
  void stop();

 private:
  void wait_for_next();
  void begin();
  void wake() override;  // the attempt has finished, or something happened to the connection

  // Steps of the check: its result, or nothing while it goes on.
  std::optional<Result> connect();
  std::optional<Result> proceed();
  std::optional<Result> receive();
  std::optional<Result> take_heads();

  error_code take_connection();
  error_code send();
  // Takes a step, and ends the check with its result.
  template <class Step>
  void guarded(Step step);
  void give_up() noexcept;

  struct Interval;  // tags of the timers
  struct Limit;

  const net::Target backend_;
  const config::HealthCheck settings_;
  const OnResult on_result_;
  const std::string request_;
  net::ReadinessSet readiness_;
  net::ReservedTimer<Interval> interval_;
  net::ReservedTimer<Limit> limit_;
  bool is_stopped_ = false;

  // Of the check under way.
  bool is_under_way_ = false;
  std::uint64_t number_ = 0;
  // It has connected at most once: then it would take refusals for a restart, and try for the whole timeout.
  // Until then the checks share it, as it bounds the look-ups that hang.
  std::optional<net::Connector> connector_;
  bool needs_connector_ = true;  // a new one; the attempt may end inside of the old one
  std::optional<net::ConnectAttempt> attempt_;
  std::optional<net::Stream> stream_;
  std::string_view unsent_;  // of request_
  http::HeadScanner scanner_{http::HeadScanner::Kind::kResponse};
  http::ResponseHead head_;
  std::vector<char> received_;
  std::size_t received_size_ = 0;
  int informational_count_ = 0;
};

}  // namespace wayside::app
