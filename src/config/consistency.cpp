#include "config/consistency.hpp"

#include "wayside/base/quote.hpp"

#include <string_view>

namespace wayside::config {
namespace {

bool is_any(std::string_view host) noexcept {
  return host == "0.0.0.0" || host == "::";
}

bool is_this_machine(std::string_view host) noexcept {
  return is_any(host) || host == "localhost" || host == "::1" || host.starts_with("127.");
}

// Whether a connection to `target` arrives at `listener`, as far as the text tells.
bool arrives_at(const Address& target, const Address& listener) noexcept {
  if (target.is_unix() || target.port != listener.port || target.port == 0) return false;
  return target.host == listener.host || (is_this_machine(target.host) && is_any(listener.host));
}

}  // namespace

std::vector<std::string> inconsistencies(const Settings& settings, Action action) {
  std::vector<std::string> lines;
  const std::string metrics = quoted(to_string(settings.metrics_listen));
  if (settings.listen.port != 0 && settings.listen == settings.metrics_listen) {
    lines.push_back("metrics.listen: expected another address than listen, found " + metrics + " for both");
  }
  if (action != Action::kDemo && arrives_at(settings.backend, settings.listen)) {
    lines.push_back("backend: expected another service, found " + quoted(to_string(settings.backend)) +
                    ", where wayside itself listens");
  }
  return lines;
}

}  // namespace wayside::config
