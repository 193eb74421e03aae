// Owners of OpenSSL's objects.
#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace wayside::tls {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const noexcept {
    free(object);
  }
};

using BioHandle = std::unique_ptr<BIO, Free<BIO_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, Free<X509_free>>;
using ContextHandle = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, Free<SSL_free>>;
using SessionHandle = std::unique_ptr<SSL_SESSION, Free<SSL_SESSION_free>>;

}  // namespace wayside::tls
