// What made the last system call fail.
#pragma once

#include "wayside/base/result.hpp"

#include <cerrno>

namespace wayside::net {

inline error_code last_error() noexcept {
  return {errno, boost::system::system_category()};
}

}  // namespace wayside::net
