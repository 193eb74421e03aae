// Opens sockets that listen; net/listener.hpp accepts their connections.
//
// The functions block, while a host name is looked up or the file system answers, and may be called from any
// thread. The sockets are non-blocking.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace wayside::net {

// Whether other sockets may bind the same port. Each has an accept queue of its own.
enum class PortUse : std::uint8_t {
  kAlone,   // no other socket
  kFirst,   // exclusive when bound; sockets with kShared may join later
  kShared,  // joins sockets of this user with kFirst or kShared (SO_REUSEPORT)
};

struct ListeningSocket {
  Descriptor socket;
  Address address;  // the one really bound, with the port that the kernel chose for port 0
};

struct TcpListening {
  PortUse use = PortUse::kAlone;
  bool only_ipv6 = false;  // [::] leaves IPv4 to another socket
  // Of accepted connections: a peer that is gone is noticed after twice this time (tcp(7), TCP_KEEPIDLE).
  std::optional<std::chrono::seconds> keep_alive{};
};

// Binds the first address of the host that can be bound.
Result<ListeningSocket> listen_on_tcp(const Address& address, const TcpListening& how);

// Gives a socket that listens already, opened by a service manager, the options of those above, and tells
// where it listens: "@name" stands for a name in the abstract namespace (unix(7)).
Result<Address> adopt(const Descriptor& socket, std::optional<std::chrono::seconds> keep_alive);

struct UnixListening {
  std::optional<mode_t> mode{};  // of the file; none: as the process creates files
  std::optional<uid_t> user{};
  std::optional<gid_t> group{};
  // May take the path of a socket in use, which keeps the clients that have connected. The path does not go
  // back to it: whoever replaces a daemon is its successor.
  bool replaces = false;
};

// The file of a unix socket, removed at the end unless another socket has taken its path.
class SocketFile {
 public:
  SocketFile() noexcept = default;
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  ~SocketFile();

  // Puts the file at its path, once. From now on clients find this socket there, and no longer the one that
  // it replaces. If several daemons do this at once, one gets the path, provided that the file system has
  // locks (flock(2)). Fails as listen_on_unix() does.
  error_code put_in_place() noexcept;

  const std::string& path() const noexcept { return path_; }

 private:
  friend Result<struct UnixListeningSocket> listen_on_unix(const std::string& path, const UnixListening& how);

  const std::string& present_path() const noexcept { return beside_.empty() ? path_ : beside_; }

  std::string path_;    // empty: none
  std::string beside_;  // where the file is until it is put in place; empty from then on
  bool replaces_ = false;
  Descriptor made_;  // the file (O_PATH): while it is open, no other gets its number
};

struct UnixListeningSocket {
  Descriptor socket;
  SocketFile file;
};

// Listens at a file beside the path. put_in_place() renames that file to the path, and replaces a socket file
// without a listener. Clients find a socket with its mode and owner at the path at any time. Fails with
// address_in_use if a process listens there and is not to be replaced, and with file_exists if the file is
// another kind of file.
Result<UnixListeningSocket> listen_on_unix(const std::string& path, const UnixListening& how);

// Another descriptor of the socket, with the same accept queue.
Result<Descriptor> duplicate(const Descriptor& socket) noexcept;

}  // namespace wayside::net
