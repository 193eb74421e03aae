// Errors of sockets that the peer has no part in.
#pragma once

#include "wayside/base/result.hpp"

namespace wayside::net {

// Whether descriptors, memory, threads or ports are short on this side.
bool is_local_shortage(const error_code& ec) noexcept;

}  // namespace wayside::net
