// The listening sockets of the process: those of each worker, and those of the metrics listener.
//
// Workers share a TCP port, each with a socket of its own. They share the one socket of a unix path.
#pragma once

#include "wayside/app/daemon.hpp"
#include "wayside/base/address.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"
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
  std::vector<net::SocketFile> files;
};

// Blocks while names are looked up. Nothing stays open after a failure.
Checked<ListeningSockets, StartError> open_listening_sockets(const config::Settings& settings);

}  // namespace wayside::app
