#include "wayside/app/inherited_sockets.hpp"

#include "app/variables.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wayside::app {
namespace {

enum class Purpose : std::uint8_t { kClients, kMetrics };

// More than anybody passes, and few enough to be checked one by one.
constexpr std::uint64_t kMostSockets = 256;

std::optional<Purpose> purpose_of(std::string_view name) {
  if (name == "proxy" || name == "clients") return Purpose::kClients;
  if (name == "metrics") return Purpose::kMetrics;
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view names) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t colon = names.find(':');
    parts.push_back(names.substr(0, colon));
    if (colon == names.npos) return parts;
    names.remove_prefix(colon + 1);
  }
}

std::string unknown_name(std::string_view name) {
  return fmt::format("LISTEN_FDNAMES: expected \"proxy\", \"clients\" or \"metrics\", found \"{}\"", name);
}

// systemd names a socket after its unit where the unit does not name it, and "unknown" where there is none.
Checked<std::vector<Purpose>, std::string> purposes_of(std::size_t count,
                                                       const std::optional<std::string>& all_names) {
  const std::vector<std::string_view> names =
      all_names ? split(*all_names) : std::vector<std::string_view>(count);
  if (names.size() != count)
    return fmt::format("LISTEN_FDNAMES has {} names for {} sockets", names.size(), count);
  const auto is_known = [](std::string_view name) { return purpose_of(name).has_value(); };
  std::vector<Purpose> purposes;
  if (std::ranges::any_of(names, is_known)) {
    for (const std::string_view name : names) {
      if (!is_known(name)) return unknown_name(name);
      purposes.push_back(*purpose_of(name));
    }
    return purposes;
  }
  if (count > 2)
    return fmt::format("LISTEN_FDNAMES: {} sockets need names: \"proxy\", \"clients\" or \"metrics\"", count);
  purposes = {Purpose::kClients, Purpose::kMetrics};
  purposes.resize(count);
  return purposes;
}

std::optional<int> socket_option(int socket, int option) noexcept {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(socket, SOL_SOCKET, option, &value, &size) != 0) return std::nullopt;
  return value;
}

// What is wrong with it; nothing: it is as the process needs it.
std::optional<std::string> prepare(int number) {
  const std::optional<int> domain = socket_option(number, SO_DOMAIN);
  if (!domain) return fmt::format("descriptor {} is no socket: {}", number, last_error().message());
  constexpr std::array kFamilies = {AF_INET, AF_INET6, AF_UNIX};
  if (std::ranges::find(kFamilies, *domain) == kFamilies.end())
    return fmt::format("descriptor {} is neither a TCP nor a unix socket", number);
  if (socket_option(number, SO_TYPE) != SOCK_STREAM)
    return fmt::format("descriptor {} is no stream socket", number);
  if (socket_option(number, SO_ACCEPTCONN) != 1)
    return fmt::format("descriptor {} does not listen (Accept=no is what wayside needs)", number);
  const int flags = ::fcntl(number, F_GETFL);
  if (flags < 0 || ::fcntl(number, F_SETFL, flags | O_NONBLOCK) < 0 ||
      ::fcntl(number, F_SETFD, FD_CLOEXEC) < 0)
    return fmt::format("descriptor {}: {}", number, last_error().message());
  return std::nullopt;
}

}  // namespace

Checked<InheritedSockets, std::string> take_inherited_sockets(int first) {
  const std::optional<std::string> process = take_variable("LISTEN_PID");
  const std::optional<std::string> listed = take_variable("LISTEN_FDS");
  const std::optional<std::string> names = take_variable("LISTEN_FDNAMES");
  InheritedSockets sockets;
  // A parent that has them may have left the variables to this process.
  if (!process || !listed || parse_number(*process) != static_cast<std::uint64_t>(::getpid())) return sockets;
  const std::optional<std::uint64_t> count = parse_number(*listed);
  if (!count || *count > kMostSockets)
    return fmt::format("LISTEN_FDS: expected a number up to {}, found \"{}\"", kMostSockets, *listed);
  if (*count == 0) return sockets;
  const auto purposes = purposes_of(*count, names);
  if (!purposes) return purposes.error();
  for (std::size_t i = 0; i != *count; ++i) {
    const int number = first + static_cast<int>(i);
    if (auto mistake = prepare(number)) return "LISTEN_FDS: " + *std::move(mistake);
    auto& kind = (*purposes)[i] == Purpose::kClients ? sockets.clients : sockets.metrics;
    kind.emplace_back(number);
  }
  return sockets;
}

}  // namespace wayside::app
