// The listening sockets of the process: those of each worker, and those of the metrics listener.
//
// Sockets that a service manager passed take the place of the addresses in the settings. All workers accept
// from each of them.
//
// Workers share a TCP port, each with a socket of its own. They share the one socket of a unix path.
#pragma once

#include "wayside/app/daemon.hpp"
#include "wayside/app/inherited_sockets.hpp"
#include "wayside/base/address.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/net/listener.hpp"
#include "wayside/net/listening_socket.hpp"

#include <vector>

namespace wayside::app {

// The files of unix sockets are removed at the end of the object.
struct ListeningSockets {
  // By worker; of each, in the order of Settings::listen.
  std::vector<std::vector<net::Descriptor>> of_worker;
  std::vector<net::Descriptor> of_metrics;
  // The addresses really bound, in the order of the settings.
  std::vector<Address> proxy_addresses;
  std::vector<Address> metrics_addresses;
  std::vector<net::SocketFile> proxy_files;
  std::vector<net::SocketFile> metrics_files;
  net::SocketLife life_of_proxy = net::SocketLife::kListener;
  net::SocketLife life_of_metrics = net::SocketLife::kListener;

  // From now on clients find the unix sockets at their paths, and no longer those of a running daemon that
  // are to be replaced. This is the last step of a start: a daemon that fails before has taken nothing.
  Checked<void, StartError> put_files_in_place();
};

// Blocks while names are looked up. Nothing stays open after a failure.
Checked<ListeningSockets, StartError> open_listening_sockets(const config::Settings& settings,
                                                             InheritedSockets inherited = {});

}  // namespace wayside::app
