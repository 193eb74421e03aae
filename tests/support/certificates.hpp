// Certificates made on the fly, in files that end with the object.
#pragma once

#include "wayside/tls/options.hpp"

#include "support/temporary_folder.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::test {

// What a certificate says.
struct Wanted {
  std::vector<std::string> names{"a.test"};  // DNS names; one that begins with a digit is an address
  int days = 10;                             // until it expires; negative: it has
  bool is_rsa = false;                       // otherwise an elliptic curve
};

class Certificates {
 public:
  // Makes an authority.
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  std::string authority() const { return path("ca.pem"); }
  // A certificate that the authority signs, in NAME.pem and NAME.key.
  tls::CertificateFiles make(std::string_view name, const Wanted& wanted = {});
  // The files that make() has made for that name.
  tls::CertificateFiles files(std::string_view name) const;

  std::string path(std::string_view name) const { return folder_.path() + "/" + std::string(name); }
  // Replaces the file as Kubernetes and editors do: by a rename.
  void write(std::string_view name, std::string_view content) const;
  std::string read(std::string_view name) const;

 private:
  struct Authority;
  TemporaryFolder folder_;
  std::unique_ptr<Authority> signer_;
};

}  // namespace wayside::test
