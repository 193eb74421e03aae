// Looking up a host name without blocking the event loop.
//
// getaddrinfo(3) cannot be interrupted and may take half a minute. The thread that calls it is left to
// itself, so a slow name server delays no shutdown.
//
// One thread only, apart from what is inside.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/types.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wayside::net {

class EventLoop;

class NameLookup {
 public:
  using Endpoints = std::vector<StreamProtocol::endpoint>;
  // Not empty where there is no error.
  using OnDone = std::function<void(Result<Endpoints>)>;

  // `loop` outlives the object.
  NameLookup(EventLoop& loop, std::string host, std::uint16_t port);
  // What is under way is forgotten.
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  bool is_under_way() const noexcept;

  // Not while one is under way. `on_done` is called from the event loop; not at all where memory runs out,
  // here (throws std::bad_alloc) or later: then nothing is under way any more.
  void start(OnDone on_done);

 private:
  struct Request;

  EventLoop& loop_;
  const std::string host_;
  const std::string port_;
  std::shared_ptr<Request> under_way_;  // shared with the thread, which may end after us
};

}  // namespace wayside::net
