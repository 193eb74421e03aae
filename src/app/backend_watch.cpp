#include "app/backend_watch.hpp"

#include "wayside/http/violation.hpp"
#include "wayside/proxy/outcome.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <new>
#include <utility>

namespace wayside::app {
namespace {

// "connect_failed: Connection refused"
std::string reason_of(const proxy::BackendRecord& record) {
  std::string why(proxy::to_text(record.end));
  if (record.end.violation) why = http::to_text(*record.end.violation);
  if (record.error) why = record.error.message();
  return fmt::format("{}: {}", proxy::to_token(record.end), why);
}

}  // namespace

BackendWatch::BackendWatch(boost::asio::io_context& io, const config::Settings& settings, std::string backend,
                           const Logger& log, std::shared_ptr<const tls::ClientContext> backend_tls)
    : settings_(settings),
      backend_(std::move(backend)),
      log_(log),
      io_(io.get_executor()),
      requests_{.state = {}, .name = "requests", .timer = net::Timer(io_)},
      checks_{.state = {}, .name = "health_check", .timer = net::Timer(io_)} {
  if (!settings.health.path.empty()) {
    check_.emplace(io, net::Target(settings.backend, std::move(backend_tls)), settings.health,
                   [this](const HealthCheck::Result& result) { on_checked(result); });
  }
}

// The flag is down before the records are read: a change that the reading misses rings again.
void BackendWatch::ring() noexcept {
  if (is_rung_.exchange(true)) return;
  boost::asio::post(io_, ring_memory_.bind([this] {
    is_rung_.exchange(false);  // not store(): what was written before a ring without effect is seen
    if (!is_stopped_) read_records();
  }));
}

void BackendWatch::start() {
  if (check_) check_->start();
}

void BackendWatch::stop() noexcept {
  is_stopped_ = true;
  if (check_) check_->stop();
  for (Source* const source : {&requests_, &checks_}) {
    source->timer.cancel();
    try {
      if (const auto line = source->state.take_last_line()) write(*source, *line);
    } catch (const std::bad_alloc&) {
      // There is no memory for the line.
    }
  }
}

std::optional<bool> BackendWatch::is_up() const noexcept {
  return state().is_up();
}

std::optional<admin::BackendOutage> BackendWatch::outage() const {
  const auto since = state().failing_since();
  if (!since) return std::nullopt;
  return admin::BackendOutage{.error = state().reason(), .failed_for = Clock::now() - *since};
}

std::string BackendWatch::why_unready() const {
  if (settings_.readiness == config::Readiness::kProcess || is_up() == true) return {};
  if (is_up() == std::nullopt) return check_ ? "starting: the backend was not checked yet" : "";
  if (!check_ && Clock::now() >= state().failed_at() + kUnreadyFor) return {};
  return fmt::format("the backend is down: {}: {}", to_string(settings_.backend), state().reason());
}

// The last result of all workers counts. A worker whose requests succeed does not know that those of another
// fail, so each is asked for its next answer then.
void BackendWatch::read_records() {
  std::uint64_t failures = 0;
  std::optional<proxy::BackendRecord> failed_last;
  TimePoint answered_at{};
  for (Worker& worker : workers_) {
    const auto record = worker.reporter->record();
    if (!record) continue;
    answered_at = std::max(answered_at, record->answered_at);
    if (record->failures == worker.failures) continue;
    failures += record->failures - std::exchange(worker.failures, record->failures);
    if (!failed_last || record->failed_at > failed_last->failed_at) failed_last = record;
  }
  if (failed_last) requests_.state.note_failures(failures, reason_of(*failed_last), failed_last->failed_at);
  if (answered_at > requests_.state.failed_at()) requests_.state.note_answer(answered_at);
  if (requests_.state.is_up() == false) {
    for (const Worker& worker : workers_)
      worker.reporter->want_answer();
  }
  log_if_due(requests_);
}

void BackendWatch::on_checked(const HealthCheck::Result& result) {
  switch (result.verdict) {
    case HealthCheck::Result::Verdict::kHealthy:
      checks_.state.note_answer(Clock::now());
      break;
    case HealthCheck::Result::Verdict::kUnhealthy:
      checks_.state.note_failures(1, result.why, Clock::now());
      break;
    case HealthCheck::Result::Verdict::kNotMade:
      return on_not_checked(result.why);
  }
  log_if_due(checks_);
}

void BackendWatch::on_not_checked(const std::string& why) {
  const TimePoint now = Clock::now();
  if (told_of_no_check_at_ && now < *told_of_no_check_at_ + BackendState::kQuiet) return;
  told_of_no_check_at_ = now;
  log_.warn("the backend cannot be checked",
            {{"source", checks_.name}, {"backend", backend_}, {"error", why}});
}

void BackendWatch::log_if_due(Source& source) {
  if (const auto line = source.state.take_line(Clock::now())) write(source, *line);
  const auto due_at = source.state.line_due_at();
  if (!due_at) return;
  source.timer.expires_at(*due_at);
  source.timer.async_wait([this, &source](const error_code& ec) {
    if (!ec && !is_stopped_) log_if_due(source);
  });
}

void BackendWatch::write(const Source& source, const BackendState::Line& line) const {
  using enum BackendState::Line::Kind;
  const std::string failures = std::to_string(line.failures);
  const std::string failed_for =
      fmt::format("{:.1f}s", std::chrono::duration<double>(line.failed_for).count());
  switch (line.kind) {
    case kFails:
      return log_.warn(
          "the backend fails",
          {{"source", source.name}, {"backend", backend_}, {"error", line.reason}, {"failures", failures}});
    case kIsBack:
      return log_.info("the backend is back", {{"source", source.name},
                                               {"backend", backend_},
                                               {"failed_for", failed_for},
                                               {"failures", failures}});
    case kFailed:
      return log_.warn("the backend failed and is back", {{"source", source.name},
                                                          {"backend", backend_},
                                                          {"error", line.reason},
                                                          {"failed_for", failed_for},
                                                          {"failures", failures}});
  }
}

}  // namespace wayside::app
