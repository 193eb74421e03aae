// The settings of TLS, as plain values: no file is read yet.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wayside::tls {

enum class Version : std::uint8_t { kTls12, kTls13 };

// The files of one certificate, in PEM.
struct CertificateFiles {
  std::string cert;    // the certificate, and the intermediate ones behind it
  std::string key;     // unencrypted
  std::string ocsp{};  // a response in DER, to be stapled (RFC 6066 section 8); empty: none

  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

// Whether clients show a certificate of their own.
enum class ClientAuth : std::uint8_t {
  kNone,      // they are not asked
  kOptional,  // a certificate that they show must be valid
  kRequire,   // without a valid one, the handshake fails
};

// The versions, ciphers and curves that a handshake may choose, in OpenSSL's notation; empty: its defaults.
struct Algorithms {
  Version min_version = Version::kTls12;
  std::string ciphers{};  // "ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256"
  std::string curves{};   // "X25519:P-256"
  Version max_version = Version::kTls13;

  friend bool operator==(const Algorithms&, const Algorithms&) = default;
};

// A listener that speaks TLS.
struct ServerOptions {
  std::vector<CertificateFiles>
      certificates;  // never empty; the first is for clients that name no known host
  Algorithms algorithms{};
  std::string client_ca{};  // the authorities that sign clients' certificates, in PEM
  ClientAuth client_auth = ClientAuth::kNone;
  bool forward_client_cert = false;  // X-Forwarded-Client-Cert tells the backend of the client's certificate

  friend bool operator==(const ServerOptions&, const ServerOptions&) = default;
};

// A peer that wayside connects to by TLS.
struct ClientOptions {
  // In the peer's certificate, and told to it (RFC 6066 section 3) unless it is an address.
  std::string server_name{};
  bool verify = true;
  std::string ca{};    // the authorities to trust, in PEM; empty: those of the system
  std::string cert{};  // shown to a peer that asks for one; empty: none
  std::string key{};

  friend bool operator==(const ClientOptions&, const ClientOptions&) = default;
};

}  // namespace wayside::tls
