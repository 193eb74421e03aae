#include "wayside/net/name_lookup.hpp"

#include "wayside/net/event_loop.hpp"

#include "net/resolve.hpp"

#include <boost/asio/error.hpp>

#include <atomic>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace wayside::net {

struct NameLookup::Request {
  std::mutex mutex;
  EventLoop* loop = nullptr;  // under the mutex; nullptr once nobody waits
  OnDone on_done;             // the event loop's thread only
  std::atomic<bool> has_given_up{false};
};

NameLookup::NameLookup(EventLoop& loop, std::string host, std::uint16_t port)
    : loop_(loop), host_(std::move(host)), port_(std::to_string(port)) {}

NameLookup::~NameLookup() {
  if (under_way_ == nullptr) return;
  const std::lock_guard lock(under_way_->mutex);
  under_way_->loop = nullptr;
  under_way_->on_done = nullptr;
}

bool NameLookup::is_under_way() const noexcept {
  return under_way_ != nullptr && !under_way_->has_given_up;
}

void NameLookup::start(OnDone on_done) {
  auto request = std::make_shared<Request>();
  request->loop = &loop_;
  request->on_done = [this, on_done = std::move(on_done)](Result<Endpoints> result) {
    under_way_ = nullptr;
    on_done(std::move(result));
  };
  const auto deliver = [](const std::shared_ptr<Request>& to, Result<Endpoints> result) {
    const std::lock_guard lock(to->mutex);
    if (to->loop == nullptr) return;
    to->loop->post([to, result = std::move(result)]() mutable {
      // Taken out first: what it does may end the request.
      const OnDone done = std::exchange(to->on_done, nullptr);
      if (done) done(std::move(result));
    });
  };
  const auto run = [request, deliver, host = host_, port = port_] {
    try {
      deliver(request, resolve(host, port, 0));
    } catch (const std::bad_alloc&) {
      // Those who wait for the answer have a time limit.
      request->has_given_up = true;
    }
  };
  under_way_ = request;
  try {
    try {
      std::thread(run).detach();
    } catch (const std::system_error&) {
      deliver(request, error_code(boost::asio::error::no_memory));
    }
  } catch (const std::bad_alloc&) {
    under_way_ = nullptr;
    throw;
  }
}

}  // namespace wayside::net
