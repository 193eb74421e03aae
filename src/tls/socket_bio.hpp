// OpenSSL's view of a socket (bio(7)): recv(2) and send(2) without blocking, and without a call that would
// find nothing.
#pragma once

#include "wayside/base/result.hpp"

#include "tls/handles.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wayside::tls {

class SocketBio {
 public:
  // `received` stands before what the socket has. Throws std::bad_alloc.
  SocketBio(int socket, std::string_view received);
  SocketBio(const SocketBio&) = delete;
  SocketBio& operator=(const SocketBio&) = delete;

  // OpenSSL takes a reference with SSL_set_bio(3); the object outlives its use.
  BIO* handle() const noexcept { return bio_.get(); }

  // Begins a call of OpenSSL's, which reads from the socket kReads times at most: a peer that sends records
  // without data must not keep the thread.
  static constexpr int kReads = 4;
  void begin_call() noexcept { reads_left_ = kReads; }
  // Whether the last call ended for that, and the socket may have more.
  bool was_cut_short() const noexcept { return reads_left_ == 0 && may_have_bytes_; }

  void may_read(bool tells_more) noexcept {
    may_have_bytes_ = true;
    tells_more_ = tells_more_ || tells_more;
  }
  // The error of the last recv(2) or send(2) that failed, other than for lack of bytes or room.
  const error_code& failure() const noexcept { return failure_; }

 private:
  static BIO_METHOD* method();
  static int on_read(BIO* bio, char* into, std::size_t size, std::size_t* count);
  static int on_write(BIO* bio, const char* from, std::size_t size, std::size_t* count);
  static long on_control(BIO* bio, int command, long number, void* pointer);

  std::size_t take_received(char* into, std::size_t size) noexcept;

  const int socket_;
  std::string received_;
  BioHandle bio_;
  int reads_left_ = kReads;
  bool may_have_bytes_ = true;
  bool tells_more_ = false;
  bool has_ended_ = false;
  error_code failure_;
};

}  // namespace wayside::tls
