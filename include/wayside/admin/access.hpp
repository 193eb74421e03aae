// Who may read the pages of the metrics listener, and how: by TLS, and with a name and a password.
#pragma once

#include "wayside/tls/current_context.hpp"

#include <memory>
#include <string>
#include <vector>

namespace wayside::admin {

struct Access {
  struct User {
    std::string name;
    std::string hash;  // of the password, by bcrypt, as crypt(3) reads it
  };
  struct Field {
    std::string name;
    std::string value;
  };

  // Shared with whoever renews the certificates. nullptr: connections are plain bytes.
  std::shared_ptr<const tls::CurrentContext> tls{};
  std::vector<User> users{};     // empty: everybody may read
  std::vector<Field> fields{};   // of every response, unless its page has one of the same name
  bool probes_are_open = false;  // /-/healthy and /-/ready are for everybody
};

}  // namespace wayside::admin
