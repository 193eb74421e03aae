// Where an SSL of OpenSSL keeps the ClientSessions that it adds to.
#pragma once

#include <openssl/ssl.h>

namespace wayside::tls {

class ClientSessions;

// nullptr: none.
inline ClientSessions* sessions_of(SSL* ssl) noexcept {
  return static_cast<ClientSessions*>(SSL_get_app_data(ssl));
}
inline void set_sessions(SSL* ssl, ClientSessions* sessions) noexcept {
  SSL_set_app_data(ssl, sessions);
}

}  // namespace wayside::tls
