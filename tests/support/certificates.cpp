#include "support/certificates.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace wayside::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

constexpr long kDay = 24L * 60 * 60;

void check(bool is_done, const char* what) {
  if (!is_done) throw std::runtime_error(what);
}

Key make_key(bool is_rsa) {
  Key key(is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), EVP_PKEY_free);
  check(key != nullptr, "no key");
  return key;
}

void name_subject(X509* certificate, const std::string& name) {
  const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, text, -1, -1, 0);
}

void add_extension(X509* certificate, int what, const std::string& value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
  check(extension != nullptr, "no extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself.
Certificate make_certificate(EVP_PKEY* key, const std::string& name, int days, X509* issuer) {
  static long serial = 0;
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -30 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kDay);
  X509_set_pubkey(certificate.get(), key);
  name_subject(certificate.get(), name);
  X509* const signer = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  if (issuer == nullptr) add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  return certificate;
}

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ',';
    text += (name.front() >= '0' && name.front() <= '9' ? "IP:"
             : name.find("://") != name.npos            ? "URI:"
                                                        : "DNS:") +
            name;
  }
  return text;
}

File open_file(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"), std::fclose);
  check(file != nullptr, "no file");
  return file;
}

}  // namespace

struct Certificates::Authority {
  Key key = make_key(false);
  Certificate certificate = make_certificate(key.get(), next_name(), 30, nullptr);

  static std::string next_name() {
    static int count = 0;
    return "test authority " + std::to_string(++count);
  }
};

Certificates::Certificates() : signer_(std::make_unique<Authority>()) {
  X509_sign(signer_->certificate.get(), signer_->key.get(), EVP_sha256());
  PEM_write_X509(open_file(authority()).get(), signer_->certificate.get());
}

Certificates::~Certificates() = default;

tls::CertificateFiles Certificates::make(std::string_view name, const Wanted& wanted) {
  const Key key = make_key(wanted.is_rsa);
  const Certificate certificate =
      make_certificate(key.get(), std::string(name), wanted.days, signer_->certificate.get());
  if (!wanted.names.empty()) add_extension(certificate.get(), NID_subject_alt_name, names_text(wanted.names));
  X509_sign(certificate.get(), signer_->key.get(), EVP_sha256());
  const tls::CertificateFiles made = files(name);
  PEM_write_X509(open_file(made.cert).get(), certificate.get());
  PEM_write_PrivateKey(open_file(made.key).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return made;
}

tls::CertificateFiles Certificates::files(std::string_view name) const {
  return {.cert = path(std::string(name) + ".pem"), .key = path(std::string(name) + ".key")};
}

void Certificates::write(std::string_view name, std::string_view content) const {
  const std::string target = path(name);
  std::ofstream(target + ".new", std::ios::binary) << content;
  std::filesystem::rename(target + ".new", target);
}

std::string Certificates::read(std::string_view name) const {
  std::ifstream file(path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace wayside::test
