// How a value that cannot be used is described, before it is known where it came from.
#pragma once

#include "wayside/base/quote.hpp"
#include "wayside/base/result.hpp"

#include <string>
#include <string_view>

namespace wayside::config {

// "expected …, found …"
struct Mistake {
  std::string text;
};

template <class T>
using Parsed = Checked<T, Mistake>;

// `what` is a description; `found` is the text of the value and is shown quoted.
inline Mistake expected(std::string_view what, std::string_view found) {
  return {"expected " + std::string(what) + ", found " + quoted(found)};
}

}  // namespace wayside::config
