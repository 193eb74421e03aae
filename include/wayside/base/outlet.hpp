// Writes lines to a file descriptor of any kind, without waiting wherever its kind permits that.
//
// O_NONBLOCK is not used: it belongs to the open file description, which standard streams share with other
// processes, and a process that does not expect EAGAIN loses text. Each kind is written differently:
//
//   pipe, FIFO       poll(2), then at most PIPE_BUF bytes: a pipe is writable when a page has room (pipe(7)).
//                    Another process that takes the room in between makes the write wait.
//   socket           MSG_DONTWAIT. A datagram or a packet holds one line.
//   terminal         opened anew with O_NONBLOCK (proc(5), /proc/[pid]/fd), since poll(2) calls it writable
//                    with less room than a line needs. Used like a pipe if it cannot be opened.
//   other            write(2): a file or a device takes all bytes or fails. A dead network file system makes
//                    the write wait.
//
// A write that waits after all delays its writer thread only (output/writer.hpp).
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wayside {

// One thread at a time.
class Outlet {
 public:
  // `descriptor` belongs to the caller and outlives the outlet. Each write fails if it is not open. The
  // process ignores SIGPIPE.
  explicit Outlet(int descriptor) noexcept;
  ~Outlet();
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // Writes the beginning of `lines`, which is not empty, and returns the number of bytes written: whole
  // lines, unless there is room for a part only or the first line is longer than PIPE_BUF. 0 if there is no
  // room now.
  Result<std::size_t> write_some(std::string_view lines) noexcept;

  // Waits up to `at_most` until there is room or the next write fails. False if neither happened.
  bool wait_for_room(Milliseconds at_most) const noexcept;

 private:
  enum class Kind : std::uint8_t { kPipe, kStreamSocket, kMessageSocket, kTerminal, kOther };

  static Kind kind_of(int descriptor) noexcept;
  // The part of `lines` for one system call.
  std::string_view piece_of(std::string_view lines) const noexcept;

  const int given_;
  Kind kind_;
  int descriptor_;  // given_, or the terminal opened anew
};

}  // namespace wayside
