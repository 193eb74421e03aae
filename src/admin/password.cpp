#include "admin/password.hpp"

#include <algorithm>
#include <crypt.h>
#include <cstddef>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <openssl/crypto.h>
#include <string_view>

namespace wayside::admin {
namespace {

// "$2y$10$", the salt, and what the password becomes with it.
constexpr std::size_t kSaltEnd = 29;
constexpr std::size_t kHashSize = 60;

// "10" in "$2y$10$…". The costs have two digits, so that their order is that of the texts.
std::string_view cost_of(std::string_view hash) {
  return hash.substr(4, 2);
}

}  // namespace

bool matches(const std::string& password, const std::string& hash) {
  const auto scratch = std::make_unique<crypt_data>();
  const char* const found = ::crypt_r(password.c_str(), hash.c_str(), scratch.get());
  // crypt(3) writes the last character of the salt in its one normal form, and a text such as "*0" where it
  // fails.
  return found != nullptr && std::strlen(found) == kHashSize &&
         CRYPTO_memcmp(found + kSaltEnd, hash.data() + kSaltEnd, kHashSize - kSaltEnd) == 0;
}

std::string decoy_hash(std::span<const Access::User> users) {
  std::string_view highest = cost_of(users.front().hash);
  for (const Access::User& user : users)
    highest = std::max(highest, cost_of(user.hash));
  return fmt::format("$2b${}${}", highest, "wayside.knows.no.such.user.of.this.name..............");
}

}  // namespace wayside::admin
