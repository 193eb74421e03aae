// One connection's TLS, by OpenSSL, over a non-blocking socket that it neither owns nor waits for.
//
// Each call does what it can and says what it needs to go on. The socket is read in large pieces, and a short
// read is remembered, so that a record costs one recv(2): may_read() has to be called once the socket may
// have more.
//
// One thread.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/tls/client_context.hpp"
#include "wayside/tls/server_context.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::tls {

// What became of a call.
enum class Status : std::uint8_t {
  kDone,
  kNeedsRead,   // call again once the socket is readable
  kNeedsWrite,  // call again once the socket is writable
  kEnd,         // the peer has sent its close_notify
  kFailed,      // see Session::failure()
};

struct Transferred {
  Status status = Status::kDone;
  std::size_t count = 0;  // bytes; 0 unless kDone
};

class Session {
 public:
  // The server's side. `received` was read from the socket already. Throws std::bad_alloc.
  Session(std::shared_ptr<const ServerContext> context, int socket, std::string_view received = {});
  // The client's side. Offers to resume one of `sessions`, and adds to them.
  Session(std::shared_ptr<const ClientContext> context, std::shared_ptr<ClientSessions> sessions, int socket);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // kDone: complete. Otherwise as long as it is not, before anything is read or written.
  Status shake_hands() noexcept;

  // At least a byte on kDone. `into` is not empty.
  Transferred read(std::span<char> into) noexcept;
  // kDone: there is a byte to read.
  Status peek() noexcept;
  // Writes the first of the pieces, or several that fit into one record. After kNeedsWrite, the next call
  // must begin with the same bytes, and no fewer.
  Transferred write(std::span<const boost::asio::const_buffer> pieces) noexcept;
  // Says that nothing more will be sent, once. False: the socket has no room; call again once it is writable.
  // Has no effect during a handshake or after a failure.
  bool close_notify() noexcept;

  // The socket may have bytes or its end. `tells_more`: the event reported more than bytes, so that a short
  // read does not mean that the socket is empty.
  void may_read(bool tells_more) noexcept;

  // After kNeedsRead: the call has read enough for now, and the socket may have more. No event will tell.
  bool was_cut_short() const noexcept;

  // Of the call that returned kFailed: an error of the socket's, or of tls/error.hpp.
  const error_code& failure() const noexcept;

  // Whether the first message of the handshake has come.
  bool has_begun() const noexcept;
  // What a completed handshake has agreed on.
  bool is_resumed() const noexcept;
  std::string_view version() const noexcept;  // "1.3"
  // The client's certificate, or nothing: its hash by SHA-256 in hexadecimal, its subject, its DNS and URI
  // names.
  struct PeerCertificate {
    std::string hash;
    std::string subject;
    std::vector<std::string> dns;
    std::vector<std::string> uris;
  };
  std::unique_ptr<PeerCertificate> peer_certificate() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
  bool owes_notify_ = false;  // close_notify() began to say so
};

}  // namespace wayside::tls
