#include "admin/verified_credentials.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace wayside::admin {
namespace {

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

}  // namespace

std::optional<VerifiedCredentials::Digest> VerifiedCredentials::digest_of(const BasicCredentials& credentials,
                                                                          std::string_view hash) noexcept {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  if (context == nullptr || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return std::nullopt;
  // The lengths tell where one text ends and the next begins.
  for (const std::string_view text :
       {std::string_view(credentials.user), hash, std::string_view(credentials.password)}) {
    const std::uint64_t size = text.size();
    if (EVP_DigestUpdate(context.get(), &size, sizeof size) != 1 ||
        EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1)
      return std::nullopt;
  }
  Digest digest{};
  if (EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) return std::nullopt;
  return digest;
}

bool VerifiedCredentials::contains(const Digest& digest) const noexcept {
  return std::ranges::any_of(digests_, [&](const Digest& known) {
    return CRYPTO_memcmp(known.data(), digest.data(), digest.size()) == 0;
  });
}

void VerifiedCredentials::add(const Digest& digest) {
  if (contains(digest)) return;
  digests_.push_back(digest);
  if (digests_.size() > kMost) digests_.pop_front();
}

}  // namespace wayside::admin
