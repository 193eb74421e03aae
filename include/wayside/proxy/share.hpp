// One worker's share of the descriptors of the process, as limits.
#pragma once

#include <cstddef>

namespace wayside::proxy {

// Each is a number at a time.
struct Share {
  std::size_t clients = 0;        // client connections; at least 1
  std::size_t backends = 0;       // connections to the backend; at least 1
  std::size_t backend_queue = 0;  // requests that wait for a connection to the backend
  std::size_t pipes = 0;          // net::Pipe: two descriptors each
};

}  // namespace wayside::proxy
