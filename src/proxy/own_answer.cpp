#include "proxy/own_answer.hpp"

#include "wayside/http/foreign_protocol.hpp"
#include "wayside/http/own_response.hpp"

#include <algorithm>
#include <string_view>

namespace wayside::proxy {
namespace {

// Shortages that are likely to be over soon.
bool is_passing(Outcome outcome) {
  return outcome == Outcome::kLocalShortage || outcome == Outcome::kBackendQueueFull ||
         outcome == Outcome::kBackendQueueTimeout;
}

}  // namespace

OwnAnswer answer_end(Context& context, const End& end, const RequestPlan& request, bool close) {
  OwnAnswer answer{context.buffers.take(net::BufferPool::Size::kSmall), status_of(end), close};
  if (end.violation == http::Violation::kHttp2Preface) {
    const std::string_view frames = http::http2_refusal();
    std::ranges::copy(frames, answer.text.space().begin());
    answer.text.commit(frames.size());
    return answer;
  }
  const auto size = http::write_own_response({.status = answer.status,
                                              .explanation = to_text(end),
                                              .request_method = request.method,
                                              .close = close,
                                              .announce_keep_alive = request.is_http10,
                                              .ask_to_retry = is_passing(end.outcome),
                                              .date = context.date()},
                                             answer.text.space());
  answer.text.commit(size.value_or(0));
  return answer;
}

OwnAnswer answer_hop(Context& context, const http::RequestHead& head, const RequestPlan& request,
                     bool close) {
  constexpr unsigned kOk = 200;
  // A head fits into a large block, and the lines that are added to it are short.
  OwnAnswer answer{context.buffers.take(net::BufferPool::Size::kLarge), kOk, close};
  const http::OwnResponse response{.status = kOk,
                                   .explanation = {},
                                   .request_method = request.method,
                                   .close = close,
                                   .announce_keep_alive = request.is_http10,
                                   .date = context.date()};
  const auto size = request.method == Method::trace
                        ? http::write_trace_response(response, head, answer.text.space())
                        : http::write_options_response(response, answer.text.space());
  answer.text.commit(size.value_or(0));
  return answer;
}

}  // namespace wayside::proxy
