// Looks a name up, on a separate thread each time.
//
// Nothing interrupts getaddrinfo(3), which may take half a minute if a name server is silent. So each look-up
// has a detached thread, and none queues behind another that hangs. Asio's asynchronous resolver has one
// thread for all look-ups of an io_context, which joins it at its end.
//
// Used by the thread of the set alone.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/types.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wayside::net {

class LookUps {
 public:
  using Found = std::vector<boost::asio::ip::tcp::endpoint>;
  // Called from the io_context, once for each look-up, in the order in which they end. `number` is that of
  // start().
  using OnEnded = std::function<void(std::uint64_t number, Result<Found> found)>;

  // The set outlives the look-ups, whose threads may outlive both.
  LookUps(ReadinessSet& set, std::string host, std::uint16_t port, OnEnded on_ended);
  // Look-ups under way are no longer reported.
  ~LookUps();
  LookUps(const LookUps&) = delete;
  LookUps& operator=(const LookUps&) = delete;

  // Starts a look-up and returns its number, which is larger than that of the last. Throws std::bad_alloc,
  // and std::system_error if no thread is available; no look-up has started then.
  std::uint64_t start();
  std::size_t under_way() const noexcept { return under_way_; }

 private:
  struct Mailbox;
  void end(std::uint64_t number, Result<Found> found);

  const std::string host_;
  const std::string port_;
  const OnEnded on_ended_;
  const Executor executor_;
  std::uint64_t started_ = 0;
  std::size_t under_way_ = 0;
  const std::shared_ptr<Mailbox> mailbox_;  // shared with the threads
};

}  // namespace wayside::net
