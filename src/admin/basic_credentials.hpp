// The credentials of the Basic authentication scheme (RFC 7617).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wayside::admin {

struct BasicCredentials {
  std::string user;
  std::string password;
};

// From the value of an Authorization field; std::nullopt where it has no such credentials.
std::optional<BasicCredentials> parse_basic_credentials(std::string_view authorization);

}  // namespace wayside::admin
