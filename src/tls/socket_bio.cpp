#include "tls/socket_bio.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/socket.h>
#include <sys/types.h>

namespace wayside::tls {

SocketBio::SocketBio(int socket, std::string_view received)
    : socket_(socket), received_(received), bio_(BIO_new(method())) {
  if (bio_ == nullptr) throw std::bad_alloc();
  BIO_set_data(bio_.get(), this);
  BIO_set_init(bio_.get(), 1);
}

// Made once and never freed, as OpenSSL's own.
BIO_METHOD* SocketBio::method() {
  static BIO_METHOD* const shared = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_read_ex(made, on_read);
    BIO_meth_set_write_ex(made, on_write);
    BIO_meth_set_ctrl(made, on_control);
    return made;
  }();
  return shared;
}

std::size_t SocketBio::take_received(char* into, std::size_t size) noexcept {
  const std::size_t count = std::min(size, received_.size());
  std::memcpy(into, received_.data(), count);
  received_.erase(0, count);
  if (received_.empty()) received_.shrink_to_fit();
  return count;
}

int SocketBio::on_read(BIO* bio, char* into, std::size_t size, std::size_t* count) {
  SocketBio& self = *static_cast<SocketBio*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *count = 0;
  if (!self.received_.empty()) {
    *count = self.take_received(into, size);
    return 1;
  }
  if (!self.may_have_bytes_ || self.reads_left_ == 0) {
    BIO_set_retry_read(bio);
    return 0;
  }
  --self.reads_left_;
  ssize_t received = 0;
  do {
    received = ::recv(self.socket_, into, size, 0);
  } while (received < 0 && errno == EINTR);
  if (received > 0) {
    *count = static_cast<std::size_t>(received);
    if (*count < size && !self.tells_more_) self.may_have_bytes_ = false;
    return 1;
  }
  if (received == 0) {
    self.has_ended_ = true;
  } else if (errno == EAGAIN) {
    self.may_have_bytes_ = false;
    BIO_set_retry_read(bio);
  } else {
    self.failure_ = last_error();
  }
  return 0;
}

int SocketBio::on_write(BIO* bio, const char* from, std::size_t size, std::size_t* count) {
  SocketBio& self = *static_cast<SocketBio*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  *count = 0;
  ssize_t sent = 0;
  do {
    sent = ::send(self.socket_, from, size, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) {
    *count = static_cast<std::size_t>(sent);
    return 1;
  }
  if (errno == EAGAIN) {
    BIO_set_retry_write(bio);
  } else {
    self.failure_ = last_error();
  }
  return 0;
}

long SocketBio::on_control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;  // nothing is held back
    case BIO_CTRL_EOF:
      return static_cast<SocketBio*>(BIO_get_data(bio))->has_ended_ ? 1 : 0;
    default:
      return 0;
  }
}

}  // namespace wayside::tls
