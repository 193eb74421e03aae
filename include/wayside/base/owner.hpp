// The owner of a file, by name or by number.
#pragma once

#include "wayside/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace wayside {

struct Owner {
  std::optional<uid_t> user;  // none: as the process creates files
  std::optional<gid_t> group;

  friend bool operator==(const Owner&, const Owner&) = default;
};

// Finds "user", "user:group" or ":group"; empty: neither. Asks the user database of the machine, which may
// block. The error says what does not exist: `no user "www"`.
Checked<Owner, std::string> find_owner(std::string_view text);

}  // namespace wayside
