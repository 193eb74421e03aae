#include "wayside/tls/ticket_keys.hpp"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace wayside::tls {

TicketKeys::Key::~Key() {
  OPENSSL_cleanse(cipher.data(), cipher.size());
  OPENSSL_cleanse(mac.data(), mac.size());
}

bool TicketKeys::is_usable(std::size_t index, Clock::time_point now) const noexcept {
  return index < count_ && now - keys_[index].made < kLife * static_cast<int>(keys_.size());
}

std::optional<TicketKeys::Key> TicketKeys::newest(Clock::time_point now) noexcept {
  const std::lock_guard lock(mutex_);
  if (count_ != 0 && now - keys_[0].made < kLife) return keys_[0];
  Key fresh;
  fresh.made = now;
  const auto fill = [](auto& bytes) { return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1; };
  if (!fill(fresh.name) || !fill(fresh.cipher) || !fill(fresh.mac)) return std::nullopt;
  std::shift_right(keys_.begin(), keys_.end(), 1);
  keys_[0] = fresh;
  count_ = std::min(count_ + 1, keys_.size());
  return fresh;
}

std::optional<TicketKeys::Found> TicketKeys::find(std::span<const unsigned char, kNameSize> name,
                                                  Clock::time_point now) noexcept {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; is_usable(i, now); ++i) {
    if (std::ranges::equal(keys_[i].name, name))
      return Found{keys_[i], i == 0 && now - keys_[0].made < kLife};
  }
  return std::nullopt;
}

}  // namespace wayside::tls
