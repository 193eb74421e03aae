// The names of the timeouts in a configuration file, for reading and for printing.
#pragma once

#include "wayside/config/settings.hpp"

#include <array>
#include <string_view>

namespace wayside::config {

struct TimeoutKey {
  std::string_view name;
  Milliseconds Timeouts::*member;
};

inline constexpr std::array kTimeoutKeys = {
    TimeoutKey{"request_head", &Timeouts::request_head},
    TimeoutKey{"request_body", &Timeouts::request_body},
    TimeoutKey{"queue", &Timeouts::queue},
    TimeoutKey{"connect", &Timeouts::connect},
    TimeoutKey{"response_head", &Timeouts::response_head},
    TimeoutKey{"response_body", &Timeouts::response_body},
    TimeoutKey{"keep_alive", &Timeouts::keep_alive},
    TimeoutKey{"tunnel", &Timeouts::tunnel},
    TimeoutKey{"drain", &Timeouts::drain},
};

}  // namespace wayside::config
