// Who may be connected to the metrics listener, and who makes room for whom.
//
// A probe that is not answered kills a healthy process, and a scrape that is not answered blinds its
// operators, so a crowd must not keep either out. A connection waits, for a whole request or for its client's
// close, or is being answered. Where all places are taken, the one that has waited longest makes room for a
// newcomer; where nobody waits, the newcomer gets one of the reserved places, which are for the pages below
// /-/ alone. Likewise with memory: where large pages are on their way to slow readers, the oldest make room.
//
// Counts and closes; who reads and writes is decided elsewhere. One thread.
#pragma once

#include "wayside/net/types.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace wayside::admin {

using Stream = boost::beast::basic_stream<boost::asio::ip::tcp, net::Executor>;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, net::Executor>;

// One client of the metrics listener. Leaves its list when it is destroyed.
struct Connection
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit Connection(Socket socket) : stream(std::move(socket)) {}

  Stream stream;
  bool is_reserved = false;  // its place is; what it asks for has to be below /-/
  // What is being sent, where that is a large page. Shared with the others that are sent the same text: the
  // last of them frees it.
  std::shared_ptr<const std::string> page;
};

// Large pages, each counted once however many are sent it.
struct PageMemory {
  std::size_t count = 0;
  std::size_t bytes = 0;
};

struct AdmissionLimits {
  std::size_t places = 128;              // scrapers are few; the proxy needs the descriptors
  std::size_t reserved_places = 16;      // beyond these
  std::size_t page_bytes = 16U << 20U;   // of the large pages that are being sent, …
  std::size_t pages_whatever_bytes = 4;  // … where they are more than so many different ones
};

class Admission {
 public:
  explicit Admission(AdmissionLimits limits = {}) : limits_(limits) {}

  // Gives the newcomer a place, for which another connection may be closed. False: there is none. A newcomer
  // that got a reserved place should be given the time to send its request before the next is admitted.
  bool admit(Connection& newcomer);

  // Whether `connection` was closed to make room: then it is to be left alone.
  static bool is_closed(const Connection& connection) noexcept { return !connection.is_linked(); }

  // A whole request is there. A connection with a reserved place moves to an ordinary one if it can.
  void begin_answer(Connection& connection);
  // The answer is sent, or given up. `connection` is the youngest of those that wait now.
  void end_answer(Connection& connection);

  // Whether an answer may take long: of the reserved places, half are always for those that do not.
  bool may_take_long(const Connection& connection) const noexcept;

  // Whether the pages that are being sent take more than half of what they may.
  bool is_short_of_memory() const { return pages_being_sent().bytes > limits_.page_bytes / 2; }
  // Whether that is too much for another page to be made.
  bool is_too_much(PageMemory pages) const noexcept {
    return pages.count > limits_.pages_whatever_bytes && pages.bytes > limits_.page_bytes;
  }
  // Closes those who have been reading the oldest pages until what the others read is not too much. Memory is
  // free when their coroutines have ended.
  void make_room_for_a_page();

  void close_all();

 private:
  using List = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;
  std::size_t count(bool reserved) const noexcept;
  bool has_place(bool reserved);
  static void close(Connection& connection);
  PageMemory pages_being_sent() const;

  const AdmissionLimits limits_;
  List waiting_;    // those that have waited longest first
  List answering_;  // likewise
};

}  // namespace wayside::admin
