#include "wayside/proxy/outcome.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <cstddef>
#include <ostream>  // status.hpp uses it without including it

namespace wayside::proxy {
namespace {

using boost::beast::http::status;

struct Row {
  Outcome outcome;
  Side side;
  status answer;
  std::string_view token;
  std::string_view text;
};

constexpr std::array kRows = {
    Row{Outcome::kCompleted, Side::kNone, status::unknown, "completed", ""},
    Row{Outcome::kRejected, Side::kClient, status::bad_request, "rejected", "the request is invalid"},
    Row{Outcome::kRequestHeadTimeout, Side::kClient, status::request_timeout, "request_head_timeout",
        "the request head did not arrive in time"},
    Row{Outcome::kRequestBodyTimeout, Side::kClient, status::request_timeout, "request_body_timeout",
        "the request body did not arrive in time"},
    Row{Outcome::kClientAborted, Side::kClient, status::client_closed_request, "client_aborted",
        "the client left"},
    Row{Outcome::kClientStalled, Side::kClient, status::client_closed_request, "client_stalled",
        "the client stopped reading"},
    Row{Outcome::kConnectFailed, Side::kBackend, status::bad_gateway, "connect_failed",
        "the backend cannot be reached"},
    Row{Outcome::kConnectTimeout, Side::kBackend, status::gateway_timeout, "connect_timeout",
        "the backend did not accept the connection in time"},
    Row{Outcome::kTlsFailed, Side::kBackend, status::bad_gateway, "tls_failed",
        "the TLS handshake with the backend failed"},
    Row{Outcome::kBackendClosed, Side::kBackend, status::bad_gateway, "backend_closed",
        "the backend closed the connection without a response"},
    Row{Outcome::kBackendStalled, Side::kBackend, status::gateway_timeout, "backend_stalled",
        "the backend stopped reading the request"},
    Row{Outcome::kResponseHeadTimeout, Side::kBackend, status::gateway_timeout, "response_head_timeout",
        "the backend did not respond in time"},
    Row{Outcome::kBadResponse, Side::kBackend, status::bad_gateway, "bad_response",
        "the backend sent an invalid response"},
    Row{Outcome::kResponseTruncated, Side::kBackend, status::bad_gateway, "response_truncated",
        "the backend closed the connection inside its response"},
    Row{Outcome::kResponseBodyTimeout, Side::kBackend, status::gateway_timeout, "response_body_timeout",
        "the response body did not arrive in time"},
    Row{Outcome::kLocalShortage, Side::kInternal, status::service_unavailable, "local_shortage",
        "the proxy has no room for another connection"},
    Row{Outcome::kBackendQueueFull, Side::kInternal, status::service_unavailable, "backend_queue_full",
        "too many requests wait for the backend"},
    Row{Outcome::kBackendQueueTimeout, Side::kInternal, status::service_unavailable, "backend_queue_timeout",
        "no connection to the backend became free in time"},
    Row{Outcome::kShutDown, Side::kInternal, status::service_unavailable, "shut_down",
        "the proxy is shutting down"},
    Row{Outcome::kInternalError, Side::kInternal, status::internal_server_error, "internal_error",
        "the proxy failed"},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].outcome) != i) return false;
  }
  return true;
}
static_assert(kRows.size() == kOutcomeCount);
static_assert(static_cast<unsigned>(status::client_closed_request) == kStatusClientAborted);
static_assert(rows_are_in_order(), "an outcome is the index of its row");

const Row& row(Outcome outcome) noexcept {
  return kRows[static_cast<std::size_t>(outcome)];
}

bool is_rejected(const End& end) noexcept {
  return end.outcome == Outcome::kRejected && end.violation;
}

}  // namespace

Side side_of(Outcome outcome) noexcept {
  return row(outcome).side;
}
unsigned status_of(Outcome outcome) noexcept {
  return static_cast<unsigned>(row(outcome).answer);
}
std::string_view to_token(Outcome outcome) noexcept {
  return row(outcome).token;
}
std::string_view to_text(Outcome outcome) noexcept {
  return row(outcome).text;
}

unsigned status_of(const End& end) noexcept {
  return is_rejected(end) ? http::status_of(*end.violation) : status_of(end.outcome);
}
std::string_view to_token(const End& end) noexcept {
  if (!end.violation) return to_token(end.outcome);
  return is_rejected(end) ? http::to_token(*end.violation) : http::to_response_token(*end.violation);
}
std::string_view to_text(const End& end) noexcept {
  return is_rejected(end) ? http::to_text(*end.violation) : to_text(end.outcome);
}

}  // namespace wayside::proxy
