// The operations that a path may have in an OpenAPI document.
#pragma once

#include "wayside/base/method.hpp"

#include <array>
#include <string_view>

namespace wayside::openapi {

struct Operation {
  std::string_view key;
  Method method;
};

inline constexpr std::array kOperations = {
    Operation{"get", Method::get},         Operation{"put", Method::put},
    Operation{"post", Method::post},       Operation{"delete", Method::delete_},
    Operation{"options", Method::options}, Operation{"head", Method::head},
    Operation{"patch", Method::patch},     Operation{"trace", Method::trace},
};

}  // namespace wayside::openapi
