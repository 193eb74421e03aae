// The example service behind `wayside --demo`.
//
// An HTTP/1.1 server on 127.0.0.1, on a port that the kernel chose, with a separate thread and io_context: it
// shares nothing with the proxy, which reaches it through the loopback like any other backend. It answers all
// methods alike and keeps no state of its visitors. It is no model for a production server: its only limit is
// the size of request bodies.
//
//     /                              the list of these routes, as text
//     /users/{id}                    JSON, after 1 to 12 ms
//     /orders/{order}/items/{item}   JSON, after 1 to 12 ms
//     /slow                          text, after 0.2 to 1.5 s
//     /flaky                         of four answers in a row, one is a 500 and one a 503
//     /events                        server-sent events, one per second until the client leaves
//     /download                      1 MiB, chunked
//     any other path                 404
#pragma once

#include "wayside/base/address.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wayside::demo {

class Service {
 public:
  // The length of the body of /download.
  static constexpr std::size_t kDownloadBytes = 1024 * 1024;

  // Starts to listen and to serve. Throws boost::system::system_error if the loopback has no free port.
  Service();

  // Closes every connection at once, answers under way included, and joins the thread.
  ~Service();

  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // The bound address. Any thread.
  Address address() const;

  // The templates of the routes above.
  static std::vector<std::string> route_templates();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace wayside::demo
