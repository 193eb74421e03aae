// The client connections of one worker that wait for a request, in the order in which they became idle. Where
// a worker has as many connections as it may, the longest idle one is closed for a new one.
//
// One thread only.
#pragma once

#include "wayside/base/clock.hpp"

#include <boost/intrusive/list.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace wayside::proxy {

// The hook of this list; a class may have others.
using IdleClientHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<class IdleClient>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// A client connection between two requests.
class IdleClient : public IdleClientHook {
 public:
  // Ends the connection, unless a request is on its way. Returns whether it ends; the object may be gone
  // then.
  virtual bool make_room() = 0;

  TimePoint idle_since{};

 protected:
  ~IdleClient() = default;
};

class IdleClients {
 public:
  // A client that became idle later than this may have a request on its way, and keeps its connection.
  static constexpr Milliseconds kLeastIdle{500};

  // `on_first` is called when a client is added to the empty list.
  explicit IdleClients(std::function<void()> on_first) : on_first_(std::move(on_first)) {}

  void add(IdleClient& client, TimePoint now) {
    client.idle_since = now;
    const bool is_first = clients_.empty();
    clients_.push_back(client);
    if (is_first) on_first_();
  }
  static void remove(IdleClient& client) noexcept {
    if (client.IdleClientHook::is_linked()) client.IdleClientHook::unlink();
  }

  // Has the longest idle connection make room. False where no connection can, or may yet.
  bool evict(TimePoint now) {
    while (!clients_.empty() && clients_.front().idle_since + kLeastIdle <= now) {
      IdleClient& oldest = clients_.front();
      clients_.pop_front();
      if (oldest.make_room()) return true;
    }
    return false;
  }

  // When the first of them will have been idle for kLeastIdle; nothing where none is idle.
  std::optional<TimePoint> next_room_at() const {
    if (clients_.empty()) return std::nullopt;
    return clients_.front().idle_since + kLeastIdle;
  }

 private:
  boost::intrusive::list<IdleClient, boost::intrusive::base_hook<IdleClientHook>,
                         boost::intrusive::constant_time_size<false>>
      clients_;
  const std::function<void()> on_first_;
};

}  // namespace wayside::proxy
