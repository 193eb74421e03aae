// The web configuration in the format of Prometheus' exporters (exporter-toolkit): by whom and how the
// metrics listener may be read. A plain value; config/load.hpp makes it from the file that metrics.web_config
// names.
#pragma once

#include "wayside/tls/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wayside::config {

struct WebConfig {
  struct Field {
    std::string name;
    std::string value;

    friend bool operator==(const Field&, const Field&) = default;
  };
  struct User {
    std::string name;
    std::string hash;  // of the password, by bcrypt, as crypt(3) reads it

    friend bool operator==(const User&, const User&) = default;
  };

  std::optional<tls::ServerOptions> tls{};  // none: plain bytes
  std::vector<Field> fields{};              // for every response
  std::vector<User> users{};                // no name twice; empty: everybody

  friend bool operator==(const WebConfig&, const WebConfig&) = default;
};

}  // namespace wayside::config
