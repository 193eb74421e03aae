#include "wayside/base/outlet.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace wayside {
namespace {

// -1 on failure: no /proc, no permission, no free descriptor.
int open_anew(int descriptor) noexcept {
  // A descriptor opened for reading only must not become writable.
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return -1;
  std::array<char, 32> path;
  std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", descriptor);
  return ::open(path.data(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

}  // namespace

Outlet::Outlet(int descriptor) noexcept
    : given_(descriptor), kind_(kind_of(descriptor)), descriptor_(descriptor) {
  if (kind_ != Kind::kTerminal) return;
  if (const int opened = open_anew(descriptor); opened >= 0) {
    descriptor_ = opened;
  } else {
    kind_ = Kind::kPipe;
  }
}

Outlet::~Outlet() {
  if (descriptor_ != given_) ::close(descriptor_);
}

Outlet::Kind Outlet::kind_of(int descriptor) noexcept {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return Kind::kOther;
  if (S_ISFIFO(status.st_mode)) return Kind::kPipe;
  if (S_ISCHR(status.st_mode)) return ::isatty(descriptor) == 1 ? Kind::kTerminal : Kind::kOther;
  if (!S_ISSOCK(status.st_mode)) return Kind::kOther;
  int type = SOCK_STREAM;
  socklen_t size = sizeof type;
  ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size);
  return type == SOCK_STREAM ? Kind::kStreamSocket : Kind::kMessageSocket;
}

std::string_view Outlet::piece_of(std::string_view lines) const noexcept {
  if (kind_ == Kind::kOther) return lines;
  if (kind_ == Kind::kMessageSocket) return lines.substr(0, std::min(lines.find('\n'), lines.size() - 1) + 1);
  // A write of up to PIPE_BUF bytes to a pipe is never mixed with another (write(2)), and a local socket
  // takes it whole or not at all. So lines stay whole even beside other writers.
  const std::string_view piece = lines.substr(0, PIPE_BUF);
  const std::size_t last_break = piece.rfind('\n');
  return last_break == piece.npos ? piece : piece.substr(0, last_break + 1);
}

Result<std::size_t> Outlet::write_some(std::string_view lines) noexcept {
  const std::string_view piece = piece_of(lines);
  if (kind_ == Kind::kPipe && !wait_for_room(Milliseconds{0})) return std::size_t{0};
  const bool is_socket = kind_ == Kind::kStreamSocket || kind_ == Kind::kMessageSocket;
  for (;;) {
    const ssize_t written = is_socket
                                ? ::send(descriptor_, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                : ::write(descriptor_, piece.data(), piece.size());
    if (written >= 0) return static_cast<std::size_t>(written);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    if (errno != EINTR) return last_error();
  }
}

bool Outlet::wait_for_room(Milliseconds at_most) const noexcept {
  pollfd wanted{descriptor_, POLLOUT, 0};
  return ::poll(&wanted, 1, static_cast<int>(at_most.count())) > 0;
}

}  // namespace wayside
