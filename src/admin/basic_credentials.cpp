#include "admin/basic_credentials.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <openssl/evp.h>

namespace wayside::admin {
namespace {

// RFC 4648 section 4.
std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::size_t kGroup = 4;
  if (text.empty() || text.size() % kGroup != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  // EVP_DecodeBlock() passes over white space at both ends.
  const bool is_base64 = std::ranges::all_of(text.substr(0, text.size() - padding), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '/';
  });
  if (!is_base64) return std::nullopt;
  std::string decoded(text.size() / kGroup * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  decoded.resize(static_cast<std::size_t>(size) - padding);
  return decoded;
}

}  // namespace

std::optional<BasicCredentials> parse_basic_credentials(std::string_view authorization) {
  constexpr std::string_view kScheme = "Basic ";  // in any case (RFC 9110 section 11.1)
  if (!starts_with_ignoring_case(authorization, kScheme)) return std::nullopt;
  const std::size_t begin = authorization.find_first_not_of(' ', kScheme.size());
  const auto decoded = decode_base64(authorization.substr(std::min(begin, authorization.size())));
  if (!decoded) return std::nullopt;
  const std::size_t colon = decoded->find(':');
  // crypt(3) would read a password up to its first NUL; RFC 7617 section 2 forbids control characters.
  if (colon == decoded->npos || decoded->find('\0') != decoded->npos) return std::nullopt;
  return BasicCredentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

}  // namespace wayside::admin
