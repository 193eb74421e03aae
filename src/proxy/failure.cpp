#include "wayside/proxy/failure.hpp"

#include <array>
#include <cstddef>

namespace wayside::proxy {
namespace {

struct Row {
  Failure failure;
  Side side;
  unsigned status;
  std::string_view token;
  std::string_view text;
};

constexpr std::array kRows = {
    Row{Failure::kNone, Side::kNobody, 0, "none", ""},
    Row{Failure::kRejected, Side::kClient, 400, "rejected", "the request is invalid"},
    Row{Failure::kRequestHeadTimeout, Side::kClient, 408, "request_head_timeout",
        "the request head did not arrive in time"},
    Row{Failure::kRequestBodyTimeout, Side::kClient, 408, "request_body_timeout",
        "the request body did not arrive in time"},
    Row{Failure::kClientAborted, Side::kClient, kStatusClientAborted, "client_aborted", "the client left"},
    Row{Failure::kClientStalled, Side::kClient, kStatusClientAborted, "client_stalled",
        "the client stopped reading"},
    Row{Failure::kConnectFailed, Side::kBackend, 502, "connect_failed", "the backend cannot be reached"},
    Row{Failure::kConnectTimeout, Side::kBackend, 504, "connect_timeout",
        "the backend did not accept the connection in time"},
    Row{Failure::kBackendClosed, Side::kBackend, 502, "backend_closed",
        "the backend closed the connection without a response"},
    Row{Failure::kBackendStalled, Side::kBackend, 504, "backend_stalled",
        "the backend stopped reading the request"},
    Row{Failure::kResponseHeadTimeout, Side::kBackend, 504, "response_head_timeout",
        "the backend did not respond in time"},
    Row{Failure::kBadResponse, Side::kBackend, 502, "bad_response", "the backend sent an invalid response"},
    Row{Failure::kResponseTruncated, Side::kBackend, 502, "response_truncated",
        "the backend closed the connection inside its response"},
    Row{Failure::kResponseBodyTimeout, Side::kBackend, 504, "response_body_timeout",
        "the response body did not arrive in time"},
    Row{Failure::kShutDown, Side::kInternal, 503, "shut_down", "the proxy is shutting down"},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].failure) != i) return false;
  }
  return true;
}
static_assert(kRows.size() == kFailureCount);
static_assert(rows_are_in_order(), "a failure is the index of its row");

const Row& row(Failure failure) noexcept {
  return kRows[static_cast<std::size_t>(failure)];
}

}  // namespace

Side side_of(Failure failure) noexcept {
  return row(failure).side;
}
unsigned status_of(Failure failure) noexcept {
  return row(failure).status;
}
std::string_view to_token(Failure failure) noexcept {
  return row(failure).token;
}
std::string_view to_text(Failure failure) noexcept {
  return row(failure).text;
}

}  // namespace wayside::proxy
