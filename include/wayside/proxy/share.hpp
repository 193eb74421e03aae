// How much of what the process has one worker may use.
#pragma once

#include <cstddef>

namespace wayside::proxy {

// Each number is of things at a time.
struct Share {
  std::size_t clients = 0;        // client connections; at least 1
  std::size_t backends = 0;       // connections to the backend; at least 1
  std::size_t backend_queue = 0;  // requests that wait for one of these
  std::size_t pipes = 0;          // net::Pipe: two descriptors each
};

}  // namespace wayside::proxy
