#include "support/tls_relay.hpp"

#include "support/fake_backend.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wayside::test {
namespace {

struct Free {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

class Pump {
 public:
  Pump(RawSocket plain, RawSocket encrypted)
      : plain_(plain.release()), encrypted_(encrypted.release()), context_(SSL_CTX_new(TLS_client_method())) {
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), encrypted_);
  }
  ~Pump() {
    if (was_cut_) {
      for (const int descriptor : {plain_, encrypted_}) {
        const linger abrupt{1, 0};
        ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
      }
    }
    ::close(plain_);
    ::close(encrypted_);
  }
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  void run() {
    if (SSL_connect(ssl_.get()) != 1) {
      was_cut_ = true;
      return;
    }
    ::fcntl(encrypted_, F_SETFL, ::fcntl(encrypted_, F_GETFL) | O_NONBLOCK);
    while (!was_cut_ && (has_client_ || has_listener_)) {
      std::array<pollfd, 2> ends{pollfd{has_client_ ? plain_ : -1, POLLIN, 0},
                                 pollfd{has_listener_ ? encrypted_ : -1, POLLIN, 0}};
      ::poll(ends.data(), ends.size(), -1);
      if (ends[1].revents != 0) decrypt();
      if (!was_cut_ && ends[0].revents != 0) encrypt();
    }
  }

 private:
  void encrypt() {
    const ssize_t count = ::recv(plain_, bytes_.data(), bytes_.size(), 0);
    if (count < 0) {
      was_cut_ = true;
    } else if (count == 0) {
      has_client_ = false;
      SSL_shutdown(ssl_.get());
    } else {
      write({bytes_.data(), static_cast<std::size_t>(count)});
    }
  }

  // Takes what the listener sends meanwhile: it may read no more before that.
  void write(std::string_view record) {
    std::size_t count = 0;
    for (;;) {
      ERR_clear_error();
      const int result = SSL_write_ex(ssl_.get(), record.data(), record.size(), &count);
      if (result == 1) return;
      if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_WRITE) break;
      pollfd end{encrypted_, POLLIN | POLLOUT, 0};
      ::poll(&end, 1, -1);
      if (has_listener_) decrypt();
      if (was_cut_) return;
    }
    // A listener that has refused a request may close while more of it comes: its answer is still to be read.
    has_client_ = false;
  }

  void decrypt() {
    for (;;) {
      std::size_t count = 0;
      ERR_clear_error();
      const int result = SSL_read_ex(ssl_.get(), decrypted_.data(), decrypted_.size(), &count);
      if (result == 1) {
        if (!send_plain({decrypted_.data(), count})) return;
        continue;
      }
      const int error = SSL_get_error(ssl_.get(), result);
      if (error == SSL_ERROR_WANT_READ) return;
      has_listener_ = false;
      if (error == SSL_ERROR_ZERO_RETURN) {
        ::shutdown(plain_, SHUT_WR);
      } else {
        was_cut_ = true;
      }
      return;
    }
  }

  bool send_plain(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(plain_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0) {
        was_cut_ = true;
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  const int plain_;
  const int encrypted_;
  const std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  std::array<char, 16 * 1024> bytes_{};
  std::array<char, 16 * 1024> decrypted_{};
  bool has_client_ = true;    // more may come from the test
  bool has_listener_ = true;  // more may come from the listener
  bool was_cut_ = false;      // the end is a reset
};

}  // namespace

TlsRelay::TlsRelay(const Address& listener) : plain_(-1) {
  FakeBackend pair;
  plain_ = RawSocket::connect(pair.address());
  thread_ = std::thread([inner = pair.accept(), outer = RawSocket::connect(listener)]() mutable {
    Pump(std::move(inner), std::move(outer)).run();
  });
}

TlsRelay::~TlsRelay() {
  plain_.close();
  thread_.join();
}

}  // namespace wayside::test
