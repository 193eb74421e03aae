// Preparations of the process and its threads: signals, standard descriptors, limits, memory, priority.
#pragma once

#include <span>

namespace wayside::app {

// Views of argv and of the environment, which live as long as the process.
std::span<const char* const> arguments(int argc, char* argv[]) noexcept;
std::span<const char* const> environment() noexcept;

// Ignores SIGPIPE, so that a write to a closed connection is an error code. Occupies closed standard streams,
// so that writes to them fail. Raises the soft limit of open files to the hard one, since a proxy needs two
// descriptors per client. Has malloc return large blocks to the system when they are freed.
void prepare_process() noexcept;

// Blocks SIGHUP on the calling thread and on threads that it starts, until a thread allows it. A SIGHUP that
// comes before the daemon handles it neither ends the process nor is lost.
void hold_back_hangups() noexcept;
// Unblocks SIGHUP on the calling thread, which receives a pending one now.
void allow_hangups() noexcept;

// Lowers the priority of the calling thread, whose work is not urgent, below that of the others.
void give_way_to_other_threads() noexcept;

}  // namespace wayside::app
