#include "app/listening_sockets.hpp"

#include "wayside/base/owner.hpp"
#include "wayside/base/wildcard.hpp"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace wayside::app {
namespace {

StartError cannot_listen(const Address& address, std::string_view why) {
  return {fmt::format("cannot listen on {}: {}", to_string(address), why)};
}

// Whether IPv4 clients of the port of the IPv6 wildcard belong to another listener.
bool leaves_ipv4(const Address& address, const config::Settings& settings) {
  if (!is_ipv6_wildcard(address.host)) return false;
  const auto is_twin = [&](const config::ListenSpec& other) {
    return is_ipv4_wildcard(other.address.host) && other.address.port == address.port;
  };
  return std::ranges::any_of(settings.listen, is_twin) ||
         std::ranges::any_of(settings.metrics_listen, is_twin);
}

class Opener {
 public:
  explicit Opener(const config::Settings& settings) : settings_(settings) {}

  // Sockets at one address, as many as there are users of it. Another daemon may have the address as well
  // where `is_shared`.
  Checked<Address, StartError> open(const config::ListenSpec& spec, std::size_t users, bool is_shared,
                                    std::vector<net::Descriptor>& opened) {
    return spec.address.is_unix() ? open_unix(spec, users, is_shared, opened)
                                  : open_tcp(spec.address, users, is_shared, opened);
  }

  // The socket of a service manager, and as many copies as it has users.
  Checked<Address, StartError> adopt(net::Descriptor socket, std::size_t users,
                                     std::vector<net::Descriptor>& opened) {
    const auto bound = net::adopt(socket, settings_.tcp_keepalive);
    if (!bound) return StartError{"cannot use an inherited socket: " + bound.error().message()};
    for (std::size_t i = 1; i < users; ++i) {
      auto copy = net::duplicate(socket);
      if (!copy) return cannot_listen(*bound, copy.error().message());
      opened.push_back(std::move(*copy));
    }
    opened.push_back(std::move(socket));
    return *bound;
  }

  // Of the sockets opened since the last call.
  std::vector<net::SocketFile> take_files() { return std::exchange(files_, {}); }

 private:
  // If the port is 0, the kernel chooses it for the first socket.
  Checked<Address, StartError> open_tcp(Address address, std::size_t users, bool is_shared,
                                        std::vector<net::Descriptor>& opened) {
    net::TcpListening how{.use = users > 1 ? net::PortUse::kFirst : net::PortUse::kAlone,
                          .only_ipv6 = leaves_ipv4(address, settings_),
                          .keep_alive = settings_.tcp_keepalive};
    if (is_shared) how.use = net::PortUse::kShared;
    for (std::size_t i = 0; i < users; ++i) {
      auto socket = net::listen_on_tcp(address, how);
      if (!socket) return cannot_listen(address, socket.error().message());
      if (i == 0) address = socket->address;
      opened.push_back(std::move(socket->socket));
      how.use = net::PortUse::kShared;
    }
    return address;
  }

  Checked<Address, StartError> open_unix(const config::ListenSpec& spec, std::size_t users, bool is_shared,
                                         std::vector<net::Descriptor>& opened) {
    const auto owner = find_owner(spec.owner);
    if (owner.has_error()) return cannot_listen(spec.address, owner.error());
    const net::UnixListening how{
        .mode = spec.mode, .user = owner->user, .group = owner->group, .replaces = is_shared};
    auto socket = net::listen_on_unix(spec.address.unix_path, how);
    if (!socket) return cannot_listen(spec.address, socket.error().message());
    files_.push_back(std::move(socket->file));
    for (std::size_t i = 1; i < users; ++i) {
      auto copy = net::duplicate(socket->socket);
      if (!copy) return cannot_listen(spec.address, copy.error().message());
      opened.push_back(std::move(*copy));
    }
    opened.push_back(std::move(socket->socket));
    return spec.address;
  }

  const config::Settings& settings_;
  std::vector<net::SocketFile> files_;
};

}  // namespace

Checked<void, StartError> ListeningSockets::put_files_in_place() {
  for (auto* const files : {&metrics_files, &proxy_files}) {
    for (net::SocketFile& file : *files) {
      if (const error_code ec = file.put_in_place()) return cannot_listen({{}, 0, file.path()}, ec.message());
    }
  }
  return {};
}

Checked<ListeningSockets, StartError> open_listening_sockets(const config::Settings& settings,
                                                             InheritedSockets inherited) {
  ListeningSockets all;
  Opener opener(settings);
  const bool is_activated = !inherited.clients.empty();
  const std::size_t count = is_activated ? inherited.clients.size() : settings.listen.size();
  all.proxy_addresses.resize(count);
  all.of_worker.resize(settings.workers);
  for (std::vector<net::Descriptor>& of_worker : all.of_worker)
    of_worker.resize(count);
  const auto give_to_workers = [&](std::size_t index, const Checked<Address, StartError>& bound,
                                   std::vector<net::Descriptor>& opened) -> Checked<void, StartError> {
    if (!bound) return bound.error();
    all.proxy_addresses[index] = *bound;
    for (std::size_t i = 0; i < settings.workers; ++i)
      all.of_worker[i][index] = std::move(opened[i]);
    return {};
  };
  if (is_activated) all.life_of_proxy = net::SocketLife::kManager;
  for (std::size_t i = 0; i < inherited.clients.size(); ++i) {
    std::vector<net::Descriptor> opened;
    const auto bound = opener.adopt(std::move(inherited.clients[i]), settings.workers, opened);
    if (const auto given = give_to_workers(i, bound, opened); !given) return given.error();
  }
  for (std::size_t i = 0; i < settings.listen.size() && !is_activated; ++i) {
    std::vector<net::Descriptor> opened;
    const auto bound = opener.open(settings.listen[i], settings.workers, settings.reuse_port, opened);
    if (const auto given = give_to_workers(i, bound, opened); !given) return given.error();
  }
  all.proxy_files = opener.take_files();

  if (!inherited.metrics.empty()) all.life_of_metrics = net::SocketLife::kManager;
  for (net::Descriptor& socket : inherited.metrics) {
    const auto bound = opener.adopt(std::move(socket), 1, all.of_metrics);
    if (!bound) return bound.error();
    all.metrics_addresses.push_back(*bound);
  }
  for (const config::ListenSpec& spec : settings.metrics_listen) {
    if (!inherited.metrics.empty()) break;
    const auto bound = opener.open(spec, 1, false, all.of_metrics);
    if (!bound) return bound.error();
    all.metrics_addresses.push_back(*bound);
  }
  all.metrics_files = opener.take_files();
  return all;
}

}  // namespace wayside::app
