// The example service behind `wayside --demo`: something to proxy on a machine where nothing runs yet.
//
// An HTTP/1.1 server on 127.0.0.1, on a port the kernel chose, with its own thread and io_context: it shares
// nothing with the proxy in front of it and is reached through the loopback like any other backend. It
// answers every method alike and forgets every request. Not a model of a production server: it has no limits
// worth the name.
//
//     /                              a plain list of these routes
//     /users/{id}                    JSON, within some milliseconds
//     /orders/{order}/items/{item}   JSON, within some milliseconds
//     /slow                          0.2 to 1.5 s
//     /flaky                         of four answers in a row, one is a 500 and one a 503
//     /events                        Server-Sent Events, the first at once and then one per second, until the
//     client leaves /download                      1 MiB, chunked anything else                  404
#pragma once

#include "wayside/base/address.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wayside::demo {

class DemoBackend {
 public:
  // The length of the body of /download.
  static constexpr std::size_t kDownloadBytes = 1024 * 1024;

  // Listens and serves from its return on. Throws boost::system::system_error where the loopback has no port
  // to give.
  DemoBackend();

  // Ends every connection where it stands and joins the thread: at once, whatever is being answered.
  ~DemoBackend();

  DemoBackend(const DemoBackend&) = delete;
  DemoBackend& operator=(const DemoBackend&) = delete;

  // Where it listens; the port is the real one. Any thread.
  Address address() const;

  // The routes above as templates, for the route table of the proxy in front.
  static std::vector<std::string> route_templates();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace wayside::demo
