// Asks the system for the addresses of a host, and waits for its answer, which may take half a minute.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/types.hpp"

#include <string>
#include <vector>

namespace wayside::net {

// The addresses of `host`, literals included, in the system's order; not empty. `flags` are those of
// getaddrinfo(3). Throws std::bad_alloc. From any thread.
Result<std::vector<StreamProtocol::endpoint>> resolve(const std::string& host, const std::string& port,
                                                      int flags);

}  // namespace wayside::net
