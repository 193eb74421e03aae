#include "app/health_check.hpp"

#include "wayside/http/head_parser.hpp"
#include "wayside/http/limits.hpp"
#include "wayside/http/violation.hpp"
#include "wayside/net/shortage.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <new>
#include <span>
#include <utility>

namespace wayside::app {
namespace {

namespace asio = boost::asio;

// As many as precede the response to a request (proxy/response_leg.cpp). More would keep the loop for
// themselves, where the backend sends faster than the check reads.
constexpr int kMaxInformational = 16;

std::string request_for(const Address& backend, const std::string& path) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: wayside\r\nAccept: */*\r\nConnection: close\r\n\r\n", path,
      backend.is_unix() ? "localhost" : to_string(backend));
}

bool is_healthy(unsigned status) noexcept {
  return status / 100 == 2 || status / 100 == 3;
}

HealthCheck::Result unhealthy(std::string_view why) {
  return {HealthCheck::Result::Verdict::kUnhealthy, std::string(why)};
}

HealthCheck::Result failed(const error_code& ec) {
  using enum HealthCheck::Result::Verdict;
  // Without an address for this side (EADDRNOTAVAIL) no request reaches the backend either.
  const bool is_made = !net::is_local_shortage(ec) || ec == boost::system::errc::address_not_available;
  return {is_made ? kUnhealthy : kNotMade, ec.message()};
}

}  // namespace

HealthCheck::HealthCheck(asio::io_context& io, const net::Target& backend,
                         const config::HealthCheck& settings, OnResult on_result)
    : backend_(backend),
      settings_(settings),
      on_result_(std::move(on_result)),
      request_(request_for(backend.address, settings.path)),
      readiness_(io),
      interval_(readiness_.executor()),
      limit_(readiness_.executor()),
      received_(http::limits::kHead + 1) {}

void HealthCheck::start() {
  wait_for_next();
  begin();
}

void HealthCheck::stop() {
  is_stopped_ = true;
  give_up();
  connector_.reset();
  interval_.cancel();
  readiness_.stop();
}

// The wait comes first, since a check may throw: without a wait, there would be no further check.
void HealthCheck::wait_for_next() {
  interval_.expires_after(settings_.interval);
  interval_.async_wait([this](const error_code& ec) {
    if (ec || is_stopped_) return;
    readiness_.woke();
    wait_for_next();
    if (!is_under_way_) begin();
  });
}

template <class Step>
void HealthCheck::guarded(Step step) {
  try {
    const std::optional<Result> result = step();
    if (!result) return;
    give_up();
    on_result_(*result);
  } catch (const std::bad_alloc&) {
    give_up();
  }
}

void HealthCheck::begin() {
  is_under_way_ = true;
  unsent_ = request_;
  scanner_.reset();
  received_size_ = 0;
  informational_count_ = 0;
  guarded([this] { return connect(); });
}

void HealthCheck::wake() {
  guarded([this] { return proceed(); });
}

std::optional<HealthCheck::Result> HealthCheck::connect() {
  limit_.expires_after(settings_.timeout);
  limit_.async_wait([this, number = ++number_](const error_code& ec) {
    if (ec || is_stopped_ || !is_under_way_ || number != number_) return;
    guarded([] { return unhealthy("no response in time"); });
  });
  if (needs_connector_) connector_.emplace(readiness_, backend_);
  needs_connector_ = false;
  attempt_.emplace(connector_->start(*this, settings_.timeout));
  return std::nullopt;
}

std::optional<HealthCheck::Result> HealthCheck::proceed() {
  try {
    if (attempt_) {
      if (!attempt_->finished()) return std::nullopt;
      if (const error_code ec = take_connection()) return failed(ec);
    }
    if (!stream_) return std::nullopt;
    if (!unsent_.empty()) {
      if (const error_code ec = send()) return failed(ec);
    }
    return receive();
  } catch (const boost::system::system_error& error) {
    return failed(error.code());
  }
}

error_code HealthCheck::take_connection() {
  auto stream = attempt_->take();
  attempt_.reset();
  if (!stream) return stream.error();
  needs_connector_ = true;
  stream_.emplace(std::move(*stream));
  stream_->set_waiter(this);
  return {};
}

error_code HealthCheck::send() {
  const asio::const_buffer piece(unsent_.data(), unsent_.size());
  const auto count = stream_->write_some({&piece, 1});
  if (count) {
    unsent_.remove_prefix(*count);
  } else if (count.error() != asio::error::would_block) {
    return count.error();
  }
  if (!unsent_.empty()) stream_->watch_writable();
  return {};
}

std::optional<HealthCheck::Result> HealthCheck::receive() {
  for (;;) {
    const auto count = stream_->read_some(std::span(received_).subspan(received_size_));
    if (!count) {
      if (count.error() == asio::error::eof) return unhealthy("the connection ended before the response");
      if (count.error() != asio::error::would_block) return failed(count.error());
      stream_->watch_readable();
      return std::nullopt;
    }
    received_size_ += *count;
    if (auto result = take_heads()) return result;
  }
}

// Responses of 1xx may precede the final one (RFC 9110 section 15.2). Its body does not matter.
std::optional<HealthCheck::Result> HealthCheck::take_heads() {
  for (;;) {
    const auto size = scanner_.scan({received_.data(), received_size_});
    if (!size) return unhealthy(http::to_text(size.error()));
    if (!*size) return std::nullopt;
    if (const auto violation = http::parse_response_head(std::span(received_).first(**size), head_))
      return unhealthy(http::to_text(*violation));
    if (head_.status / 100 != 1 || head_.status == 101)
      return is_healthy(head_.status) ? HealthCheck::Result()
                                      : unhealthy(fmt::format("status {}", head_.status));
    if (++informational_count_ > kMaxInformational)
      return unhealthy(http::to_text(http::Violation::kTooManyInformational));
    std::copy(received_.begin() + static_cast<std::ptrdiff_t>(**size),
              received_.begin() + static_cast<std::ptrdiff_t>(received_size_), received_.begin());
    received_size_ -= **size;
    scanner_.reset();
  }
}

void HealthCheck::give_up() noexcept {
  is_under_way_ = false;
  limit_.cancel();
  attempt_.reset();
  stream_.reset();
}

}  // namespace wayside::app
