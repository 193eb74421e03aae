// The credentials that were verified last, so that a scrape costs no bcrypt.
//
// Keeps SHA-256 digests alone, kMost of them. Another hash of the same password, as after a reload, is
// another entry. One thread.
#pragma once

#include "admin/basic_credentials.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>

namespace wayside::admin {

class VerifiedCredentials {
 public:
  static constexpr std::size_t kMost = 64;

  using Digest = std::array<unsigned char, 32>;
  // std::nullopt where OpenSSL fails, as for want of memory.
  static std::optional<Digest> digest_of(const BasicCredentials& credentials, std::string_view hash) noexcept;

  bool contains(const Digest& digest) const noexcept;
  // Replaces the oldest entry where there is no room. Throws std::bad_alloc.
  void add(const Digest& digest);

 private:
  std::deque<Digest> digests_;  // the oldest first
};

}  // namespace wayside::admin
