// Messages read from a stream of bytes and forwarded as an exchange does it, without sockets: the
// differential half of the fuzz targets `request` and `response`.
//
// Reading goes through the scanner, the parser, the framing and the body cursor, in pieces of any size;
// forwarding through the head writer and the body relay. Reading what was forwarded must give the same
// messages again.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/http/framing.hpp"
#include "wayside/http/limits.hpp"
#include "wayside/http/violation.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::fuzz {

// A message in storage of its own.
struct Message {
  std::string start;  // method and target, or status and reason
  // The field lines that are end-to-end, but for those that the proxy writes or amends itself.
  std::vector<std::pair<std::string, std::string>> fields;
  std::size_t hop_fields = 0;  // field lines that end at this hop
  http::Framing framing;
  std::string data;
  std::string trailers;  // lines; none where the message is not complete
  bool is_complete = false;

  friend bool operator==(const Message&, const Message&) = default;
};

struct Forwarded {
  std::vector<Message> messages;             // that were read; only the last can be incomplete
  std::string bytes;                         // what goes on
  std::optional<http::Violation> violation;  // that ended the reading
  std::string_view rest;                     // of the stream, that nobody has read
};

// The message as the next hop has to see it, whatever its framing becomes.
void leave_this_hop(Message& message);

// A head grows on its way, so that of the next hop may be larger.
inline constexpr http::Limits kFirstHop = http::kDefaultLimits;
inline constexpr http::Limits kSecondHop = {
    .head = http::limits::kMaxHead, .fields = http::limits::kMaxFields, .body = {}};

// The requests of one client connection, up to its end or to the first violation.
Forwarded forward_requests(std::string_view stream, const http::Limits& limits);

// The responses to one request, from informational ones to the final one; nothing where it switches
// protocols.
struct Requester {
  Method method = Method::get;
  bool is_http10 = false;
};
Forwarded forward_responses(std::string_view stream, Requester requester, const http::Limits& limits);

}  // namespace wayside::fuzz
