#include "tls/credentials.hpp"

#include "wayside/tls/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <utility>

namespace wayside::tls {
namespace {

// The content of a file that may hold a secret: overwritten at its end.
class FileContent {
 public:
  explicit FileContent(std::string bytes) noexcept : bytes_(std::move(bytes)) {}
  FileContent(FileContent&&) noexcept = default;
  FileContent& operator=(FileContent&&) = delete;
  ~FileContent() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  const std::string& bytes() const noexcept { return bytes_; }
  BioHandle reader() const {
    return BioHandle(BIO_new_mem_buf(bytes_.data(), static_cast<int>(bytes_.size())));
  }

 private:
  std::string bytes_;
};

// More than any chain of certificates takes.
constexpr std::streamsize kMostBytes = 1 << 20;

Checked<FileContent, LoadError> read_secret(const std::string& name) {
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  if (!file) return LoadError{fmt::format("cannot read {}: {}", name, std::strerror(errno))};
  std::string bytes(kMostBytes + 1, '\0');  // at once: a string that grows leaves copies of a key behind
  file.read(bytes.data(), kMostBytes + 1);
  const std::streamsize size = file.gcount();
  if (file.bad()) return LoadError{fmt::format("cannot read {}: {}", name, std::strerror(errno))};
  if (size > kMostBytes) return LoadError{fmt::format("{} is larger than 1 MiB", name)};
  bytes.resize(static_cast<std::size_t>(size));
  return FileContent(std::move(bytes));
}

// A daemon has nobody to ask for a passphrase.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

Checked<KeyHandle, LoadError> read_key(const std::string& name) {
  const auto content = read_secret(name);
  if (!content) return content.error();
  const BioHandle reader = content->reader();
  KeyHandle key(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, nullptr));
  if (key != nullptr) return key;
  const std::string why = take_error_text();
  if (content->bytes().find("ENCRYPTED") != std::string::npos)
    return LoadError{fmt::format(
        "the key in {} is encrypted: wayside takes an unencrypted one (openssl pkey -in FILE)", name)};
  return LoadError{fmt::format("there is no private key in PEM in {} ({})", name, why)};
}

Checked<void, LoadError> read_chain(const std::string& name, Credentials& into) {
  const auto content = read_secret(name);
  if (!content) return content.error();
  const BioHandle reader = content->reader();
  while (CertificateHandle next{PEM_read_bio_X509_AUX(reader.get(), nullptr, no_passphrase, nullptr)}) {
    if (into.certificate == nullptr) {
      into.certificate = std::move(next);
    } else {
      into.chain.push_back(std::move(next));
    }
  }
  const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string why = take_error_text();
  if (into.certificate == nullptr)
    return LoadError{fmt::format("there is no certificate in PEM in {} ({})", name, why)};
  if (!is_at_end) return LoadError{fmt::format("a certificate in {} is damaged ({})", name, why)};
  return {};
}

std::vector<std::string> names_in(X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>> found(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(found.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(found.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* const bytes = ASN1_STRING_get0_data(name->d.dNSName);
    std::string text(bytes, bytes + ASN1_STRING_length(name->d.dNSName));
    std::ranges::transform(text, text.begin(), [](char c) {
      return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    names.push_back(std::move(text));
  }
  ERR_clear_error();  // a certificate need not have the extension
  return names;
}

std::chrono::system_clock::time_point expiry_of(const X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&time));
}

Checked<std::string, LoadError> read_ocsp(const std::string& name) {
  auto content = read_file(name);
  if (!content) return content.error();
  const auto* bytes = reinterpret_cast<const unsigned char*>(content->data());
  const auto* const end = bytes + content->size();
  const std::unique_ptr<OCSP_RESPONSE, Free<OCSP_RESPONSE_free>> response(
      d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(content->size())));
  const bool is_good = response != nullptr && bytes == end &&
                       OCSP_response_status(response.get()) == OCSP_RESPONSE_STATUS_SUCCESSFUL;
  ERR_clear_error();
  if (!is_good) return LoadError{fmt::format("there is no successful OCSP response in DER in {}", name)};
  return content;
}

}  // namespace

Checked<std::string, LoadError> read_file(const std::string& name) {
  const auto content = read_secret(name);
  if (!content) return content.error();
  return {boost::system::in_place_value, content->bytes()};
}

Checked<Credentials, LoadError> read_credentials(const CertificateFiles& files) {
  Credentials credentials;
  if (auto chain = read_chain(files.cert, credentials); !chain) return chain.error();
  auto key = read_key(files.key);
  if (!key) return key.error();
  credentials.key = *std::move(key);
  if (X509_check_private_key(credentials.certificate.get(), credentials.key.get()) != 1) {
    ERR_clear_error();
    return LoadError{
        fmt::format("the key in {} is not the one of the certificate in {}", files.key, files.cert)};
  }
  if (!files.ocsp.empty()) {
    auto ocsp = read_ocsp(files.ocsp);
    if (!ocsp) return ocsp.error();
    credentials.ocsp = *std::move(ocsp);
  }
  credentials.names = names_in(credentials.certificate.get());
  credentials.expires = expiry_of(credentials.certificate.get());
  return credentials;
}

Checked<void, LoadError> use(SSL_CTX* context, const Credentials& credentials) {
  if (SSL_CTX_use_certificate(context, credentials.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, credentials.key.get()) != 1)
    return LoadError{"OpenSSL refuses the certificate: " + take_error_text()};
  SSL_CTX_clear_chain_certs(context);
  for (const CertificateHandle& each : credentials.chain) {
    if (SSL_CTX_add1_chain_cert(context, each.get()) != 1)
      return LoadError{"OpenSSL refuses an intermediate certificate: " + take_error_text()};
  }
  return {};
}

}  // namespace wayside::tls
