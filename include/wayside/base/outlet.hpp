// A file descriptor that lines are written to, whatever kind it is, as far as that goes without waiting.
//
// O_NONBLOCK would not do: it belongs to the open file description, which standard streams share with other
// processes, and whoever does not expect EAGAIN loses text. So each kind has its own way:
//
//   pipe, FIFO       poll(2), then at most PIPE_BUF bytes: a pipe is writable when a page has room (pipe(7)).
//                    Another process that takes the room in between makes the write wait.
//   socket           MSG_DONTWAIT. A datagram or a packet holds one line.
//   terminal         opened anew with O_NONBLOCK (proc(5), /proc/[pid]/fd), as it is called writable when
//                    there is less room than a line needs. One that cannot be opened is used like a pipe.
//   all else         write(2): a file and a device take what they get, or fail. A dead network file system
//                    makes the write wait.
//
// Where a write may wait after all, it does so on a thread that nobody waits for (output/writer.hpp).
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
  // `descriptor` stays the caller's, is used until the outlet ends, and may be bad: then each write fails.
  // The process ignores SIGPIPE.
  explicit Outlet(int descriptor) noexcept;
  ~Outlet();
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // Writes some of the beginning of `lines`, which is not empty, and returns its size: whole lines, unless
  // there is room for a part only or the first one is longer than PIPE_BUF. 0 where there is no room now.
  Result<std::size_t> write_some(std::string_view lines) noexcept;

  // Waits until there is room, or the next write fails, for `at_most`. False where there is still none.
  bool wait_for_room(Milliseconds at_most) const noexcept;

 private:
  enum class Kind : std::uint8_t { kPipe, kStreamSocket, kMessageSocket, kTerminal, kOther };

  static Kind kind_of(int descriptor) noexcept;
  // The part of `lines` that one system call is given.
  std::string_view piece_of(std::string_view lines) const noexcept;

  const int given_;
  Kind kind_;
  int descriptor_;  // given_, or the terminal opened anew
};

}  // namespace wayside
