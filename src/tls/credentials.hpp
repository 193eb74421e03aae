// A certificate with its chain and its key, read from files.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/tls/error.hpp"
#include "wayside/tls/options.hpp"

#include "tls/handles.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace wayside::tls {

struct Credentials {
  CertificateHandle certificate;
  std::vector<CertificateHandle> chain;  // the intermediate certificates, in the order of the file
  KeyHandle key;
  std::string ocsp;                // the response as it is sent; empty: none
  std::vector<std::string> names;  // the DNS names in the certificate, in lower case
  std::chrono::system_clock::time_point expires{};
};

// The content of a file of 1 MiB at most.
Checked<std::string, LoadError> read_file(const std::string& name);

// Reads and checks the files. The error names the file and what is wrong with it.
Checked<Credentials, LoadError> read_credentials(const CertificateFiles& files);

// Adds them to the context, which takes references of its own.
Checked<void, LoadError> use(SSL_CTX* context, const Credentials& credentials);

}  // namespace wayside::tls
