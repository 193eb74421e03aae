// Short forms that several tests of routes use.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/routes/unmatched.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace wayside::test {

inline MethodSet set_of(std::initializer_list<Method> methods) {
  MethodSet set;
  for (const Method method : methods)
    set.insert(method);
  return set;
}

inline std::string repeated_text(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

// The template that is guessed for a path of at most 1024 bytes.
inline std::string guess(std::string_view target) {
  std::array<char, 1024> buffer;
  return std::string(routes::guess_template(target, buffer));
}

}  // namespace wayside::test
