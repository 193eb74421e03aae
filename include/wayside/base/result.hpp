// The two ways a function of wayside reports failure without throwing.
//
// Result<T> is for the data path: the error is an error_code, costs nothing to make, and carries no text.
// Checked<T, E> is for start-up and parsing: E describes the mistake to a person.
// Neither is ever discarded silently: both are [[nodiscard]] by way of boost::system::result.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cerrno>

namespace wayside {

using boost::system::error_code;

template <class T>
using Result = boost::system::result<T>;

template <class T, class E>
using Checked = boost::system::result<T, E>;

// The error of the last system call of this thread.
inline error_code last_error() noexcept {
  return {errno, boost::system::system_category()};
}

}  // namespace wayside
