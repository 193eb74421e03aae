#include "wayside/net/name_lookup.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <mutex>
#include <netdb.h>
#include <new>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <utility>

namespace wayside::net {
namespace {

error_code to_error_code(int code) {
  switch (code) {
    case EAI_AGAIN:
      return boost::asio::error::host_not_found_try_again;
    case EAI_MEMORY:
      return boost::asio::error::no_memory;
    case EAI_SYSTEM:
      return {errno, boost::system::system_category()};
    default:
      return boost::asio::error::host_not_found;
  }
}

Result<NameLookup::Endpoints> look_up(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); code != 0) {
    return to_error_code(code);
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  NameLookup::Endpoints endpoints;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    endpoints.emplace_back(entry->ai_addr, entry->ai_addrlen, entry->ai_protocol);
  }
  if (endpoints.empty()) return error_code(boost::asio::error::host_not_found);
  return endpoints;
}

}  // namespace

struct NameLookup::Request {
  std::mutex mutex;
  IoContext* io = nullptr;  // under the mutex; nullptr once nobody waits
  OnDone on_done;           // the event loop's thread only
};

NameLookup::NameLookup(IoContext& io, std::string host, std::uint16_t port)
    : io_(io), host_(std::move(host)), port_(std::to_string(port)) {}

NameLookup::~NameLookup() {
  if (under_way_ == nullptr) return;
  const std::lock_guard lock(under_way_->mutex);
  under_way_->io = nullptr;
  under_way_->on_done = nullptr;
}

void NameLookup::start(OnDone on_done) {
  auto request = std::make_shared<Request>();
  request->io = &io_;
  request->on_done = [this, on_done = std::move(on_done)](Result<Endpoints> result) {
    under_way_ = nullptr;
    on_done(std::move(result));
  };
  const auto deliver = [](const std::shared_ptr<Request>& to, Result<Endpoints> result) {
    const std::lock_guard lock(to->mutex);
    if (to->io == nullptr) return;
    boost::asio::post(*to->io, [to, result = std::move(result)]() mutable {
      // Taken out first: what it does may end the request.
      const OnDone done = std::exchange(to->on_done, nullptr);
      if (done) done(std::move(result));
    });
  };
  const auto run = [request, deliver, host = host_, port = port_] {
    try {
      deliver(request, look_up(host, port));
    } catch (const std::bad_alloc&) {
      // Those who wait for the answer have a time limit.
    }
  };
  under_way_ = request;
  try {
    std::thread(run).detach();
  } catch (const std::system_error&) {
    deliver(request, error_code(boost::asio::error::no_memory));
  }
}

}  // namespace wayside::net
