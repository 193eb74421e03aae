// What an exchange tells the metrics and the access log.
#include "wayside/accesslog/entry.hpp"
#include "wayside/proxy/reasons.hpp"
#include "wayside/routes/unmatched.hpp"

#include "proxy/exchange.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace wayside::proxy {
namespace {

// Six bytes for each of the texts', if they are all escaped, and room for the numbers.
constexpr std::size_t kMaxLogLine =
    6 * (LogText::kMaxMethod + LogText::kMaxTarget + LogText::kMaxLabel) + 1024;

}  // namespace

// The head's views end soon, so what is wanted of it later is copied.
void Exchange::note_request(const http::RequestHead& head) {
  facts_ = read_facts(head.fields, context_.settings.measurement);
  if (context_.access_log != nullptr)
    log_text_.note_request(context_.buffers, head.method_token, head.target);
}

void Exchange::note_label(std::string_view label) {
  if (context_.access_log != nullptr) log_text_.note_label(label);
}

// The target's views end soon, so what is wanted of it later is copied. What is longer than the longest label
// finds no room in the metrics: that much of it is for the log.
void Exchange::note_candidate(std::string_view label) {
  label = label.substr(0, LogText::kMaxLabel);
  candidate_ = context_.buffers.take(net::BufferPool::Size::kSmall);
  std::ranges::copy(label, candidate_.space().begin());
  candidate_.commit(label.size());
}

// Decides where the exchange is counted, if that depends on its answer: whatever somebody makes up would have
// series otherwise, until there is no room for what is really there. 0: there was no answer of the backend.
void Exchange::settle_endpoint(unsigned status) {
  if (candidate_.empty()) return;
  const std::string_view label = candidate_.view();
  // It may have earned them with another exchange meanwhile.
  const std::optional<metrics::EndpointId> endpoint = routes::shows_existence(status)
                                                          ? context_.shard.endpoint_for(label)
                                                          : context_.shard.known_endpoint(label);
  if (endpoint) {
    route_.endpoint = *endpoint;
    note_label(label);
  }
  candidate_.release();
}

void Exchange::note_declared_route(const http::Fields& fields) {
  const std::string& field_name = context_.settings.measurement.route_header;
  if (field_name.empty() || route_.endpoint == metrics::kExcludedEndpoint) return;
  const std::string_view route = declared_route(fields, field_name);
  if (route.empty()) return;
  const metrics::EndpointId endpoint = context_.shard.endpoint_for(route);
  // What was matched goes before what finds no room.
  if (endpoint == metrics::kOverflowEndpoint) return;
  route_.endpoint = endpoint;
  candidate_.release();
  note_label(route);
}

void Exchange::begin_stream(metrics::StreamKind kind) {
  stream_ = kind;
  context_.shard.stream_began(route_.endpoint, kind);
}

void Exchange::count(Failure failure) {
  is_counted_ = true;
  const TimePoint now = Clock::now();
  settle_endpoint(0);
  metrics::Shard& shard = context_.shard;
  const bool is_excluded = route_.endpoint == metrics::kExcludedEndpoint;
  metrics::Observation seen = observation(now);
  if (failure != Failure::kNone) [[unlikely]]
    count_failure(failure, seen);
  route_.use->add(seen.status, now);
  context_.unmatched.answered(unmatched_, seen.status);
  metrics::TraceContext trace;
  if (facts_.trace && facts_.trace->is_sampled) {
    trace = {facts_.trace->trace_id_high, facts_.trace->trace_id_low, facts_.trace->parent_id};
    seen.trace = &trace;
  }
  if (stream_) {
    const std::uint64_t from_client = is_tunnel_ ? tunnel_bytes_.from_client : request_body_.bytes();
    const std::uint64_t from_backend = is_tunnel_ ? tunnel_bytes_.from_backend : response_body_.bytes();
    shard.stream_ended(route_.endpoint, *stream_, now - response_head_at_, from_client, from_backend);
  } else if (head_complete_ && !is_excluded) {
    shard.observe_overhead(now - started_ - waited_);
  }
  shard.exchange_finished(seen);
  if (context_.access_log != nullptr) write_access_log(seen, failure, now);
}

void Exchange::count_failure(Failure failure, metrics::Observation& seen) {
  if (status_ == 0) seen.status = status_of(failure);
  const bool client_left = failure == Failure::kClientAborted || failure == Failure::kClientStalled;
  // An event stream that is idle for too long, or that its client leaves, ends as event streams end.
  if (stream_ && (client_left || failure == Failure::kResponseBodyTimeout)) return;
  seen.is_faulty = side_of(failure) == Side::kBackend || side_of(failure) == Side::kInternal;
  if (client_left) {
    using enum metrics::AbortPhase;
    seen.abort = response_begun_ ? kResponse : request_body_.done() ? kWaiting : kRequest;
  }
  if (route_.endpoint == metrics::kExcludedEndpoint) return;
  if (const auto reason = backend_error_reason(failure)) context_.shard.backend_failed(*reason);
  if (const auto reason = rejection_reason(failure, violation_)) context_.shard.request_rejected(*reason);
}

// Of an exchange that went well.
metrics::Observation Exchange::observation(TimePoint now) const {
  metrics::Observation seen{.endpoint = route_.endpoint,
                            .variant = facts_.variant,
                            .method = method_,
                            .status = status_,
                            .queue = facts_.queue};
  if (head_complete_) seen.duration = (stream_ ? response_head_at_ : now) - started_;
  seen.sizes_are_known = head_complete_ && !stream_;
  if (seen.sizes_are_known) {
    seen.request_bytes = request_body_.bytes();
    seen.response_bytes = response_body_.bytes();
  }
  // A response may come before the request is complete.
  const bool was_sent = sending_ == Sending::kDone && sending_ended_ != TimePoint{};
  if (was_sent && response_head_at_ > sending_ended_) seen.backend_ttfb = response_head_at_ - sending_ended_;
  return seen;
}

void Exchange::write_access_log(const metrics::Observation& seen, Failure failure, TimePoint now) {
  const bool is_rejection = failure == Failure::kRejected && violation_;
  accesslog::Entry entry{.time = std::chrono::system_clock::now(),
                         .client = client_.ip,
                         .method = log_text_.method(),
                         .target = log_text_.target(),
                         .route = head_complete_ ? log_text_.label() : routes::kUnmatchedLabel,
                         .status = seen.status,
                         .outcome = failure == Failure::kNone ? "completed"
                                    : is_rejection            ? to_token(*violation_)
                                                              : to_token(failure),
                         .request_bytes = is_tunnel_ ? tunnel_bytes_.from_client : request_body_.bytes(),
                         .response_bytes = is_tunnel_ ? tunnel_bytes_.from_backend : response_body_.bytes(),
                         .queue = facts_.queue};
  if (head_complete_) {
    const Nanoseconds duration = now - started_;
    entry.duration = duration;
    if (!stream_) entry.overhead = duration - waited_;
    if (sending_ended_ != TimePoint{}) entry.request_sent = sending_ended_ - started_;
    if (response_head_at_ != TimePoint{}) entry.response_head = response_head_at_ - started_;
  }
  if (facts_.trace) {
    entry.trace_id_high = facts_.trace->trace_id_high;
    entry.trace_id_low = facts_.trace->trace_id_low;
  }
  std::array<char, kMaxLogLine> line;
  const auto size = accesslog::write_line(entry, line);
  if (!size || !context_.access_log->push({line.data(), *size})) context_.shard.log_line_dropped();
}

}  // namespace wayside::proxy
