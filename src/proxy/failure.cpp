#include "wayside/proxy/failure.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <cstddef>
#include <ostream>  // status.hpp uses it without including it

namespace wayside::proxy {
namespace {

using boost::beast::http::status;

struct Row {
  Failure failure;
  Side side;
  status answer;
  std::string_view token;
  std::string_view text;
};

constexpr std::array kRows = {
    Row{Failure::kNone, Side::kNobody, status::unknown, "none", ""},
    Row{Failure::kRejected, Side::kClient, status::bad_request, "rejected", "the request is invalid"},
    Row{Failure::kRequestHeadTimeout, Side::kClient, status::request_timeout, "request_head_timeout",
        "the request head did not arrive in time"},
    Row{Failure::kRequestBodyTimeout, Side::kClient, status::request_timeout, "request_body_timeout",
        "the request body did not arrive in time"},
    Row{Failure::kClientAborted, Side::kClient, status::client_closed_request, "client_aborted",
        "the client left"},
    Row{Failure::kClientStalled, Side::kClient, status::client_closed_request, "client_stalled",
        "the client stopped reading"},
    Row{Failure::kConnectFailed, Side::kBackend, status::bad_gateway, "connect_failed",
        "the backend cannot be reached"},
    Row{Failure::kConnectTimeout, Side::kBackend, status::gateway_timeout, "connect_timeout",
        "the backend did not accept the connection in time"},
    Row{Failure::kBackendClosed, Side::kBackend, status::bad_gateway, "backend_closed",
        "the backend closed the connection without a response"},
    Row{Failure::kBackendStalled, Side::kBackend, status::gateway_timeout, "backend_stalled",
        "the backend stopped reading the request"},
    Row{Failure::kResponseHeadTimeout, Side::kBackend, status::gateway_timeout, "response_head_timeout",
        "the backend did not respond in time"},
    Row{Failure::kBadResponse, Side::kBackend, status::bad_gateway, "bad_response",
        "the backend sent an invalid response"},
    Row{Failure::kResponseTruncated, Side::kBackend, status::bad_gateway, "response_truncated",
        "the backend closed the connection inside its response"},
    Row{Failure::kResponseBodyTimeout, Side::kBackend, status::gateway_timeout, "response_body_timeout",
        "the response body did not arrive in time"},
    Row{Failure::kLocalShortage, Side::kInternal, status::service_unavailable, "local_shortage",
        "the proxy has no room for another connection"},
    Row{Failure::kBackendQueueFull, Side::kInternal, status::service_unavailable, "backend_queue_full",
        "too many requests wait for the backend"},
    Row{Failure::kBackendQueueTimeout, Side::kInternal, status::service_unavailable, "backend_queue_timeout",
        "no connection to the backend became free in time"},
    Row{Failure::kShutDown, Side::kInternal, status::service_unavailable, "shut_down",
        "the proxy is shutting down"},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].failure) != i) return false;
  }
  return true;
}
static_assert(kRows.size() == kFailureCount);
static_assert(static_cast<unsigned>(status::client_closed_request) == kStatusClientAborted);
static_assert(rows_are_in_order(), "a failure is the index of its row");

const Row& row(Failure failure) noexcept {
  return kRows[static_cast<std::size_t>(failure)];
}

}  // namespace

Side side_of(Failure failure) noexcept {
  return row(failure).side;
}
unsigned status_of(Failure failure) noexcept {
  return static_cast<unsigned>(row(failure).answer);
}
std::string_view to_token(Failure failure) noexcept {
  return row(failure).token;
}
std::string_view to_text(Failure failure) noexcept {
  return row(failure).text;
}

}  // namespace wayside::proxy
