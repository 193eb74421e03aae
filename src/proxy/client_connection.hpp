// The client's side of a session: its stream, what it sent and nobody took yet, and the one place where
// everything that happens to the session wakes it.
#pragma once

#include "wayside/config/settings.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/wakeup.hpp"

#include "proxy/backend_pool.hpp"

#include <string>

namespace wayside::proxy {

struct ClientConnection {
  ClientConnection(net::DeadlineWheel& wheel, net::Stream connected, std::string client_ip, SessionId number);

  // Whether the client has gone, looked for while its request is complete and its answer is due. Whether a
  // client that ends its sending direction then counts as gone is `half_close`. What it sends instead is the
  // next request; a little of it is read into `in`, for behind unread bytes nobody sees an end. Watches for
  // more.
  bool has_left(net::BufferPool& buffers, config::HalfClose half_close);

  // Reads once into `in`, whose views end. False at the end of the stream and on errors.
  bool read(net::BufferPool& buffers);

  net::Wakeup wakeup;
  net::Deadline deadline;
  net::Stream stream;
  net::Buffer in;
  const std::string ip;
  const SessionId id;
};

}  // namespace wayside::proxy
