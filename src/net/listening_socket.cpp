#include "wayside/net/listening_socket.hpp"

#include "net/open_socket.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace wayside::net {
namespace {

using boost::asio::ip::tcp;

constexpr int kBacklog = SOMAXCONN;  // the kernel lowers it to net.core.somaxconn

error_code error_of(int result) noexcept {
  return result == 0 ? error_code() : last_error();
}

error_code set_option(const Descriptor& socket, int level, int name, int value) noexcept {
  return error_of(::setsockopt(socket.number(), level, name, &value, sizeof value));
}

// Accepted sockets inherit the options. Three probes, so that one lost segment ends no connection.
void keep_alive(const Descriptor& socket, std::chrono::seconds idle) noexcept {
  constexpr int kProbes = 3;
  const int seconds = static_cast<int>(idle.count());
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / kProbes));
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
}

Result<Descriptor> bind_and_listen(const tcp::endpoint& endpoint, const TcpListening& how) {
  Result<Descriptor> socket = open_socket(endpoint);
  if (!socket) return socket;
  error_code ec = set_option(*socket, SOL_SOCKET, SO_REUSEADDR, 1);
  if (!ec && endpoint.address().is_v6())
    ec = set_option(*socket, IPPROTO_IPV6, IPV6_V6ONLY, how.only_ipv6 ? 1 : 0);
  if (!ec && how.use == PortUse::kShared) ec = set_option(*socket, SOL_SOCKET, SO_REUSEPORT, 1);
  if (!ec) ec = error_of(::bind(socket->number(), endpoint.data(), static_cast<socklen_t>(endpoint.size())));
  // An address bound without the option is exclusive; from here on others may join.
  if (!ec && how.use == PortUse::kFirst) ec = set_option(*socket, SOL_SOCKET, SO_REUSEPORT, 1);
  if (!ec && how.keep_alive) keep_alive(*socket, *how.keep_alive);
  if (!ec) ec = error_of(::listen(socket->number(), kBacklog));
  if (ec) return ec;
  return socket;
}

Result<Address> address_of(const Descriptor& socket) {
  tcp::endpoint bound;
  auto size = static_cast<socklen_t>(bound.capacity());
  if (::getsockname(socket.number(), bound.data(), &size) != 0) return last_error();
  return Address{bound.address().to_string(), bound.port(), {}};
}

// A path that fits sockaddr_un, or an error.
Result<sockaddr_un> unix_address(const std::string& path) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return make_error_code(boost::system::errc::filename_too_long);
  path.copy(address.sun_path, path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) noexcept {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Keeps other daemons from putting a socket into the path's folder, or removing one, while it is open. None
// where the folder cannot be locked, or somebody keeps it locked: all who may read it can, and must not keep
// a daemon from starting.
Descriptor lock_folder_of(const std::string& path) noexcept {
  constexpr int kAttempts = 1000;
  constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 1'000'000};
  std::array<char, sizeof sockaddr_un::sun_path> folder{};
  path.copy(folder.data(), std::min(path.rfind('/') + 1, folder.size() - 1));
  Descriptor lock(::open(folder.data(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.is_open()) return lock;
  for (int attempt = 1; ::flock(lock.number(), LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno != EWOULDBLOCK || attempt == kAttempts) return {};
    ::nanosleep(&kPause, nullptr);
  }
  return lock;
}

// A name in the folder of the path, which ends in "/", that fits sockaddr_un as the path does: ".0a1b2c3d",
// or as many of its last characters as there is room for.
std::string name_beside(std::string folder, std::uint32_t number) {
  const std::string name = fmt::format(".{:08x}", number);
  const std::size_t room = sizeof sockaddr_un::sun_path - 1 - folder.size();
  return std::move(folder) + name.substr(name.size() - std::min(room, name.size()));
}

// Gives the socket a file beside the path, under a name that no other file has, and returns that. A process
// number would not do: daemons of several containers may share a folder, and each be number 1.
Result<std::string> bind_beside(const Descriptor& socket, const std::string& path) {
  constexpr int kAttempts = 64;  // the shortest names are 16
  for (int attempt = 1;; ++attempt) {
    std::uint32_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) return last_error();
    std::string name = name_beside(path.substr(0, path.rfind('/') + 1), number);
    const Result<sockaddr_un> address = unix_address(name);
    if (!address) return address.error();
    // The path itself is for a socket that is complete.
    if (name == path) continue;
    if (::bind(socket.number(), generic(*address), sizeof *address) == 0) return name;
    if (errno != EADDRINUSE || attempt >= kAttempts) return last_error();
  }
}

// Whether a socket may be put at the path.
error_code check_path(const std::string& path, bool replaces) noexcept {
  const Result<sockaddr_un> address = unix_address(path);
  if (!address) return address.error();
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0) return errno == ENOENT ? error_code() : last_error();
  if (!S_ISSOCK(file.st_mode)) return make_error_code(boost::system::errc::file_exists);
  if (replaces) return {};
  const Descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!client.is_open()) return last_error();
  if (::connect(client.number(), generic(*address), sizeof *address) == 0 || errno == EAGAIN)
    return boost::asio::error::address_in_use;
  return errno == ECONNREFUSED || errno == ENOENT ? error_code() : last_error();
}

// The file of that path gets its owner before its mode, which lets others connect.
error_code give_access(const std::string& path, const UnixListening& how) noexcept {
  if (how.user || how.group) {
    const uid_t user = how.user.value_or(static_cast<uid_t>(-1));
    const gid_t group = how.group.value_or(static_cast<gid_t>(-1));
    if (::lchown(path.c_str(), user, group) != 0) return last_error();
  }
  return how.mode ? error_of(::chmod(path.c_str(), *how.mode)) : error_code();
}

}  // namespace

Result<ListeningSocket> listen_on_tcp(const Address& address, const TcpListening& how) {
  boost::asio::io_context not_run;
  tcp::resolver resolver(not_run);
  error_code ec;
  const auto candidates =
      resolver.resolve(address.host.empty() ? "::" : address.host, std::to_string(address.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  if (ec) return ec;
  for (const auto& candidate : candidates) {
    Result<Descriptor> socket = bind_and_listen(candidate.endpoint(), how);
    if (!socket) {
      ec = socket.error();
      continue;
    }
    Result<Address> bound = address_of(*socket);
    if (!bound) return bound.error();
    return ListeningSocket{std::move(*socket), *std::move(bound)};
  }
  return ec;
}

Result<Address> adopt(const Descriptor& socket, std::optional<std::chrono::seconds> idle) {
  StreamProtocol::endpoint bound;
  auto size = static_cast<socklen_t>(bound.capacity());
  if (::getsockname(socket.number(), bound.data(), &size) != 0) return last_error();
  bound.resize(std::min<std::size_t>(size, bound.capacity()));
  if (bound.protocol().family() == AF_UNIX) {
    std::string path(
        static_cast<const char*>(static_cast<const void*>(bound.data())) + offsetof(sockaddr_un, sun_path),
        bound.size() - offsetof(sockaddr_un, sun_path));
    if (path.starts_with('\0')) {
      path.front() = '@';
    } else {
      path.resize(std::min(path.find('\0'), path.size()));
    }
    return Address{{}, 0, path};
  }
  set_tcp_options(socket.number(), bound);
  if (idle) keep_alive(socket, *idle);
  return address_of(socket);
}

Result<UnixListeningSocket> listen_on_unix(const std::string& path, const UnixListening& how) {
  if (const error_code ec = check_path(path, how.replaces)) return ec;
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return last_error();
  if (how.mode) ::fchmod(socket.number(), 0);  // the file begins with the mode of the socket (unix(7))
  Result<std::string> beside = bind_beside(socket, path);
  if (!beside) return beside.error();
  UnixListeningSocket listening{std::move(socket), {}};
  SocketFile& file = listening.file;
  file.path_ = path;
  file.beside_ = *std::move(beside);
  file.replaces_ = how.replaces;
  file.made_ = Descriptor(::open(file.beside_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!file.made_.is_open()) {
    const error_code ec = last_error();
    ::unlink(file.beside_.c_str());
    return ec;
  }
  if (const error_code ec = give_access(file.beside_, how)) return ec;
  if (::listen(listening.socket.number(), kBacklog) != 0) return last_error();
  return listening;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      beside_(std::exchange(other.beside_, {})),
      replaces_(other.replaces_),
      made_(std::move(other.made_)) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(beside_, other.beside_);
  std::swap(replaces_, other.replaces_);
  std::swap(made_, other.made_);
  return *this;
}

error_code SocketFile::put_in_place() noexcept {
  const Descriptor lock = lock_folder_of(path_);
  if (const error_code ec = check_path(path_, replaces_)) return ec;
  if (::rename(beside_.c_str(), path_.c_str()) != 0) return last_error();
  beside_.clear();
  return {};
}

SocketFile::~SocketFile() {
  if (path_.empty()) return;
  const std::string& path = present_path();
  const Descriptor lock = lock_folder_of(path);
  struct stat made {};
  struct stat present {};
  if (::fstat(made_.number(), &made) != 0 || ::lstat(path.c_str(), &present) != 0) return;
  if (present.st_dev == made.st_dev && present.st_ino == made.st_ino) ::unlink(path.c_str());
}

Result<Descriptor> duplicate(const Descriptor& socket) noexcept {
  Descriptor copy(::fcntl(socket.number(), F_DUPFD_CLOEXEC, 0));
  if (!copy.is_open()) return last_error();
  return copy;
}

}  // namespace wayside::net
