// Preparations of the process: signals, standard descriptors, limits and memory.
#pragma once

#include <span>
#include <string>

namespace wayside::app {

// argv, and the environment: views of what the process was given.
std::span<const char* const> arguments(int argc, char* argv[]) noexcept;
std::span<const char* const> environment() noexcept;

// Ignores SIGPIPE: a peer that is gone is an error code here. Standard streams that are closed stay unused:
// what is written there fails. Raises the soft limit of open files to the hard one: a proxy needs two per
// client. Memory that was needed once, for a large page, is given back to the system.
void prepare_process() noexcept;

// SIGHUP waits, on the calling thread and on those that it starts, until allowed on some thread: a reload
// that is asked for before there is a handler must not end the process, and is not lost.
void hold_back_hangups() noexcept;
// Whatever SIGHUP does is done on the calling thread from now on, what was held back included.
void allow_hangups() noexcept;

// The text of --version: name, version, revision and what it was built with.
std::string version_text();

// Has the calling thread give way to the others wherever they want the processor: what it does is not urgent.
void give_way_to_other_threads() noexcept;

}  // namespace wayside::app
