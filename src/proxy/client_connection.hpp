// The client's side of a session: its stream, what it sent and nobody took yet, and the one place where everything
// that happens to the session wakes it.
#pragma once

#include <string>
#include <utility>

#include "wayside/net/buffer.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/wakeup.hpp"

namespace wayside::proxy {

struct ClientConnection {
  ClientConnection(net::DeadlineWheel& wheel, net::Stream connected, std::string client_ip)
      : deadline(wheel, wakeup), stream(std::move(connected)), ip(std::move(client_ip)) {
    stream.set_waiter(&wakeup);
  }

  // Whether the client has gone, as far as one can tell without taking its bytes. A client that ends its sending
  // direction while its answer is due counts as gone: those who press stop, or time out, send exactly that.
  bool has_left() {
    if (!stream.readable()) return false;
    switch (stream.peek()) {
      case net::Stream::Peeked::kEnd:
      case net::Stream::Peeked::kFailed:
        return true;
      case net::Stream::Peeked::kNothing:
        stream.watch_readable();
        return false;
      case net::Stream::Peeked::kBytes:
        return false;  // the next request; it waits its turn in the kernel
    }
    return false;
  }

  net::Wakeup wakeup;
  net::Deadline deadline;
  net::Stream stream;
  net::Buffer in;
  const std::string ip;
};

}  // namespace wayside::proxy
