// Admits connections to the metrics listener, and closes some to make room for others.
//
// An unanswered probe kills a healthy process, and an unanswered scrape blinds its operators, so a crowd must
// keep neither out. A connection waits, for a whole request or for its client's close, or is being answered.
// If all places are taken, a newcomer replaces the connection that has waited longest. If none waits, the
// newcomer gets one of the reserved places, which serve the pages below /-/ only. Memory is limited in the
// same way: if slow clients read large pages, the readers of the oldest page are closed.
//
// Counts and closes connections, but neither reads nor writes. One thread.
#pragma once

#include "wayside/net/types.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace wayside::admin {

using Stream = boost::beast::basic_stream<net::StreamProtocol, net::Executor>;
using Socket = boost::asio::basic_stream_socket<net::StreamProtocol, net::Executor>;

// One client of the metrics listener. Its destructor unlinks it.
struct Connection
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit Connection(Socket socket) : stream(std::move(socket)) {}

  Stream stream;
  bool is_reserved = false;  // has a reserved place, and may request the pages below /-/ only
  // The large page being sent, if any. Shared by all connections that send it: the last one frees it.
  std::shared_ptr<const std::string> page;
};

// The memory of large pages, each counted once for all connections that send it.
struct PageMemory {
  std::size_t count = 0;
  std::size_t bytes = 0;
};

struct AdmissionLimits {
  std::size_t places = 128;              // scrapers are few; the proxy needs the descriptors
  std::size_t reserved_places = 16;      // in addition
  std::size_t page_bytes = 16U << 20U;   // for the large pages being sent; …
  std::size_t pages_whatever_bytes = 4;  // … this many may exceed it
};

class Admission {
 public:
  explicit Admission(AdmissionLimits limits = {}) : limits_(limits) {}

  // Gives the newcomer a place, closing another connection if need be. False if there is none. After a
  // reserved place, admit the next newcomer only once this one had the time to send its request.
  bool admit(Connection& newcomer);

  // Whether `connection` was closed to make room. Its coroutine ends without using it.
  static bool is_closed(const Connection& connection) noexcept { return !connection.is_linked(); }

  // Call it when the request is complete. Moves the connection from a reserved place to an ordinary one if it
  // can.
  void begin_answer(Connection& connection);
  // Call it when the answer is sent or given up. `connection` is the last of those that wait now.
  void end_answer(Connection& connection);

  // Whether the answer may take long. Half of the reserved places are kept for short answers.
  bool may_take_long(const Connection& connection) const noexcept;

  // Whether the pages being sent take more than half of their limit.
  bool is_short_of_memory() const { return pages_being_sent().bytes > limits_.page_bytes / 2; }
  // Whether `pages` leave no room for another page.
  bool is_too_much(PageMemory pages) const noexcept {
    return pages.count > limits_.pages_whatever_bytes && pages.bytes > limits_.page_bytes;
  }
  // Closes the readers of the oldest pages until there is room for another page. Their memory is freed when
  // their coroutines have ended.
  void make_room_for_a_page();

  void close_all();

 private:
  using List = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;
  std::size_t count(bool reserved) const noexcept;
  bool make_place(bool reserved);
  static void close(Connection& connection);
  PageMemory pages_being_sent() const;

  const AdmissionLimits limits_;
  List waiting_;    // the longest wait first
  List answering_;  // the oldest answer first
};

}  // namespace wayside::admin
