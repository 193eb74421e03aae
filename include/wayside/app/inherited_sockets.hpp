// Listening sockets that a service manager has opened and passed to the process (sd_listen_fds(3)).
//
// They stay open in the manager while the process restarts, so connections wait in the kernel's queue
// meanwhile, and none is refused.
//
// A name says what a socket is for: "proxy" or "clients", or "metrics" (FileDescriptorName= of a socket unit,
// --fdname of systemd-socket-activate). Where no socket has one of these names, the first one is for clients,
// and the second one for metrics.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"

#include <string>
#include <vector>

namespace wayside::app {

struct InheritedSockets {
  // Listening stream sockets, non-blocking, and closed on exec(2). In the order in which they were passed.
  std::vector<net::Descriptor> clients;
  std::vector<net::Descriptor> metrics;
};

// Takes the sockets, none where there are none for this process, and removes LISTEN_PID, LISTEN_FDS and
// LISTEN_FDNAMES from the environment. Any doubt is an error, which says what is wrong. The number of the
// first descriptor is fixed, except in tests. Once, before the process has a second thread. Throws
// std::bad_alloc.
inline constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START
Checked<InheritedSockets, std::string> take_inherited_sockets(int first = kFirstInherited);

}  // namespace wayside::app
