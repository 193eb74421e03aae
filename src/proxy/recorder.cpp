#include "proxy/recorder.hpp"

#include "wayside/accesslog/entry.hpp"
#include "wayside/base/text.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/http/forwarded_client.hpp"
#include "wayside/http/queue_start.hpp"
#include "wayside/metrics/transport.hpp"
#include "wayside/proxy/reasons.hpp"
#include "wayside/routes/unmatched.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>

namespace wayside::proxy {
namespace {

// The metrics have no room for a longer label.
constexpr std::size_t kLongestLabel = 256;

// Six bytes for each byte of the texts, in case all are escaped, and room for the numbers.
constexpr std::size_t kMaxLogLine =
    6 * (LogText::kMaxMethod + LogText::kMaxTarget + LogText::kMaxLabel + LogText::kMaxClient) + 1024;

const http::Field* find(const http::Fields& fields, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(
      fields, [name](const http::Field& field) { return equals_ignoring_case(field.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

metrics::Scheme scheme_of(bool uses_tls) noexcept {
  return uses_tls ? metrics::Scheme::kHttps : metrics::Scheme::kHttp;
}

// The route that a response's field declares: a path of printable bytes. Empty where there is none that can
// be a label.
std::string_view declared_route(const http::Fields& fields, std::string_view field_name) noexcept {
  const http::Field* const field = find(fields, field_name);
  if (field == nullptr) return {};
  const std::string_view route = field->value;
  if (!route.starts_with('/') || route.size() > kLongestLabel) return {};
  const bool is_printable = std::ranges::all_of(route, [](char c) { return c >= ' ' && c <= '~'; });
  return is_printable ? route : std::string_view();
}

// A client of a unix socket has no address; nginx calls it the same.
std::string_view text_of_ip(const std::string& ip) noexcept {
  return ip.empty() ? std::string_view("unix:") : ip;
}

}  // namespace

Recorder::Recorder(Context& context, const ClientConnection& client)
    : context_(context),
      client_(client),
      started_at_(Clock::now()),
      route_(context.routing->targets[routes::kUnmatched]) {
  ++context_.exchange_count;
}

Recorder::~Recorder() {
  if (!has_ended_) end(Outcome::kInternalError, {});
}

void Recorder::note_request(const http::RequestHead& head) {
  has_head_ = true;
  method_ = head.method;
  const http::Fields& fields = head.fields;
  if (fields.names().overlaps(
          http::FieldNames(http::kTraceParent, http::kXRequestStart, http::kXQueueStart))) {
    // Of several fields with the same meaning the first counts.
    for (const http::Field& field : fields) {
      if (field.id == http::kTraceParent) {
        if (!trace_) trace_ = http::parse_traceparent(field.value);
      } else if (field.id == http::kXRequestStart || field.id == http::kXQueueStart) {
        if (!queue_) queue_ = http::time_since_queue_start(field.value, std::chrono::system_clock::now());
      }
    }
  }
  if (context_.has_variants) variant_ = variant_of(head);
  if (context_.access_log != nullptr) {
    log_text_.note_request(context_.buffers, head.method_token, head.target);
    if (client_.is_trusted)
      log_text_.note_client(http::forwarded_client(fields, context_.settings.trusted_proxies));
  }
  find_route(head.method, head.target);
  started_ = context_.shard.exchange_started(route_.endpoint, method_, variant_);
}

metrics::Variant Recorder::variant_of(const http::RequestHead& head) const noexcept {
  metrics::Variant variant = 0;
  for (const config::HeaderLabel& label : context_.settings.measurement.labels) {
    const http::Field* const field = find(head.fields, label.header);
    const std::size_t choice = field == nullptr ? 0 : label.label.choice(field->value);
    variant = metrics::add_choice(variant, label.label, choice);
  }
  if (!context_.has_transports) return variant;
  const auto forwarded = client_.is_trusted ? http::forwarded_tls(head.fields) : std::nullopt;
  return metrics::add_transport(
      variant, {.scheme = scheme_of(forwarded.value_or(client_.uses_tls)),
                .version = head.minor_version == 0 ? metrics::HttpVersion::k10 : metrics::HttpVersion::k11});
}

void Recorder::find_route(Method method, std::string_view target) {
  const Routing& routing = *context_.routing;
  const routes::RouteId route = routing.table->match(method, target);
  route_ = routing.targets[route];
  if (route != routes::kUnmatched) return note_label(routing.table->label(route));
  unmatched_ = context_.unmatched.saw(target, method, started_at_);
  std::array<char, kLongestLabel> buffer;
  std::string_view label = routes::kUnmatchedLabel;
  if (routing.unmatched != routes::UnmatchedPolicy::kFold) {
    const std::string_view made = routes::unmatched_label(routing.unmatched, target, buffer);
    if (const auto endpoint = context_.shard.known_endpoint(made)) {
      route_.endpoint = *endpoint;
      label = made;
    } else {
      keep_candidate(made);
    }
  }
  note_label(label);
}

void Recorder::note_label(std::string_view label) {
  if (context_.access_log != nullptr) log_text_.note_label(label);
}

// A label that is longer than the longest of the metrics is kept for the log.
void Recorder::keep_candidate(std::string_view label) {
  label = label.substr(0, LogText::kMaxLabel);
  candidate_ = context_.buffers.take(net::BufferPool::Size::kSmall);
  std::ranges::copy(label, candidate_.space().begin());
  candidate_.commit(label.size());
}

void Recorder::note_declared_route(const http::Fields& fields) {
  const std::string& field_name = context_.settings.measurement.route_header;
  if (field_name.empty() || route_.endpoint == metrics::kExcludedEndpoint) return;
  const std::string_view route = declared_route(fields, field_name);
  if (route.empty()) return;
  const metrics::EndpointId endpoint = context_.shard.endpoint_for(route);
  // The matched route stays where the budget has no room for the declared one.
  if (endpoint == metrics::kOverflowEndpoint) return;
  route_.endpoint = endpoint;
  candidate_.release();
  note_label(route);
}

void Recorder::begin_response(unsigned status, TimePoint head_at) {
  status_ = status;
  response_head_at_ = std::max(head_at, started_at_);
  settle_endpoint(status);
}

// Decides where the exchange is counted, if that depends on its status: a made-up path earns no series, one
// that the backend knows does. 0: the backend did not answer.
void Recorder::settle_endpoint(unsigned status) {
  if (candidate_.empty()) return;
  const std::string_view label = candidate_.view();
  // Another exchange may have earned them meanwhile.
  const std::optional<metrics::EndpointId> endpoint = routes::shows_existence(status)
                                                          ? context_.shard.endpoint_for(label)
                                                          : context_.shard.known_endpoint(label);
  if (endpoint) {
    route_.endpoint = *endpoint;
    note_label(label);
  }
  candidate_.release();
}

void Recorder::begin_stream(metrics::StreamKind kind) {
  stream_ = kind;
  stream_is_counted_ = context_.shard.stream_began(route_.endpoint, kind);
  // It may stay open for days.
  note_use(status_, Clock::now());
}

// For the inspector.
void Recorder::note_use(unsigned status, TimePoint now) noexcept {
  route_.use->add(status, now);
  context_.unmatched.answered(unmatched_, status);
}

void Recorder::end(const End& end, const Transfer& transfer) {
  has_ended_ = true;
  --context_.exchange_count;
  const TimePoint now = Clock::now();
  settle_endpoint(0);
  metrics::Observation seen = observe(transfer, now);
  if (!end.is_completed()) [[unlikely]]
    judge(end, transfer, seen);
  if (!stream_) note_use(seen.status, now);
  metrics::TraceContext trace;
  if (trace_ && trace_->is_sampled) {
    trace = {trace_->trace_id_high, trace_->trace_id_low, trace_->parent_id};
    seen.trace = &trace;
  }
  if (stream_) {
    if (stream_is_counted_) end_stream(transfer, now);
  } else if (has_head_ && route_.endpoint != metrics::kExcludedEndpoint) {
    context_.shard.observe_overhead(now - started_at_ - waited_);
  }
  context_.shard.exchange_finished(started_, seen);
  if (context_.access_log != nullptr) write_access_log(seen, end, transfer, now);
}

// The observation of an exchange that completed.
metrics::Observation Recorder::observe(const Transfer& transfer, TimePoint now) const {
  metrics::Observation seen{.endpoint = route_.endpoint,
                            .variant = variant_,
                            .method = method_,
                            .status = status_,
                            .queue = queue_};
  if (has_head_) seen.duration = (stream_ ? response_head_at_ : now) - started_at_;
  seen.sizes_are_known = has_head_ && !stream_;
  if (seen.sizes_are_known) {
    seen.request_bytes = transfer.request_bytes;
    seen.response_bytes = transfer.response_bytes;
  }
  // A response may come before the request is complete.
  if (transfer.request_is_sent && response_head_at_ > transfer.request_ended_at)
    seen.backend_ttfb = response_head_at_ - transfer.request_ended_at;
  return seen;
}

// Adds what is wrong with one that did not.
void Recorder::judge(const End& end, const Transfer& transfer, metrics::Observation& seen) {
  if (status_ == 0) seen.status = status_of(end);
  if (!has_head_ && context_.has_transports)
    seen.variant = metrics::add_transport(0, {.scheme = scheme_of(client_.uses_tls)});
  const bool client_left = end.outcome == Outcome::kClientAborted || end.outcome == Outcome::kClientStalled;
  // An event stream that is idle for too long, or that its client leaves, ends as event streams end.
  if (stream_ && (client_left || end.outcome == Outcome::kResponseBodyTimeout)) return;
  const Side side = side_of(end.outcome);
  seen.is_faulty = side == Side::kBackend || side == Side::kInternal;
  if (client_left) seen.abort = transfer.phase;
  if (route_.endpoint == metrics::kExcludedEndpoint) return;
  if (const auto reason = backend_error_reason(end))
    context_.shard.add("wayside_backend_errors_total", *reason);
  if (const auto reason = rejection_reason(end))
    context_.shard.add("wayside_rejected_requests_total", *reason);
}

void Recorder::end_stream(const Transfer& transfer, TimePoint now) {
  context_.shard.stream_ended(route_.endpoint, *stream_, now - response_head_at_, transfer.request_bytes,
                              transfer.response_bytes);
}

void Recorder::write_access_log(const metrics::Observation& seen, const End& end, const Transfer& transfer,
                                TimePoint now) {
  const std::string_view named_client = log_text_.client();
  const std::string_view peer = text_of_ip(client_.is_named ? client_.named_by : client_.ip);
  const bool is_peer = named_client.empty() && !client_.is_named;
  accesslog::Entry entry{.time = std::chrono::system_clock::now(),
                         .client = named_client.empty() ? text_of_ip(client_.ip) : named_client,
                         .peer = is_peer ? std::string_view() : peer,
                         .method = log_text_.method(),
                         .target = log_text_.target(),
                         .route = log_text_.label().empty() ? routes::kUnmatchedLabel : log_text_.label(),
                         .status = seen.status,
                         .outcome = to_token(end),
                         .request_bytes = transfer.request_bytes,
                         .response_bytes = transfer.response_bytes,
                         .queue = queue_};
  if (has_head_) {
    const Nanoseconds duration = now - started_at_;
    entry.duration = duration;
    if (!stream_) entry.overhead = duration - waited_;
    if (transfer.request_ended_at != TimePoint{})
      entry.request_sent = transfer.request_ended_at - started_at_;
    if (response_head_at_ != TimePoint{}) entry.response_head = response_head_at_ - started_at_;
  }
  if (trace_) {
    entry.trace_id_high = trace_->trace_id_high;
    entry.trace_id_low = trace_->trace_id_low;
  }
  std::array<char, kMaxLogLine> line;
  const auto size = accesslog::write_line(entry, line);
  if (!size || !context_.access_log->push({line.data(), *size}))
    context_.shard.add("wayside_access_log_dropped_total");
}

}  // namespace wayside::proxy
