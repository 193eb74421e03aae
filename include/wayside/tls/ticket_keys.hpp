// The keys of session tickets (RFC 5077, RFC 8446 section 4.6.1), which all workers share, so that a client
// resumes with whichever worker accepts it.
//
// A key serves for kLife, and opens older tickets for twice as long again. Who reads it can read what clients
// that resumed by TLS 1.2 sent, so a key never leaves the memory of the process, and a new process makes new
// ones.
//
// Any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>

namespace wayside::tls {

class TicketKeys {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::hours kLife{8};
  static constexpr std::size_t kNameSize = 16;

  struct Key {
    Key() = default;
    Key(const Key&) = default;
    Key& operator=(const Key&) = default;
    ~Key();  // overwrites the key

    std::array<unsigned char, kNameSize> name{};  // stands in front of each ticket
    std::array<unsigned char, 32> cipher{};       // of AES-256
    std::array<unsigned char, 32> mac{};          // of HMAC with SHA-256
    Clock::time_point made{};
  };

  TicketKeys() = default;
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  // The key for new tickets; none where the system has no randomness.
  std::optional<Key> newest(Clock::time_point now) noexcept;
  // The key with that name.
  struct Found {
    Key key;
    bool is_newest = false;  // otherwise a ticket is to be renewed
  };
  std::optional<Found> find(std::span<const unsigned char, kNameSize> name, Clock::time_point now) noexcept;

 private:
  bool is_usable(std::size_t index, Clock::time_point now) const noexcept;

  std::mutex mutex_;
  std::array<Key, 3> keys_{};  // the newest first
  std::size_t count_ = 0;
};

}  // namespace wayside::tls
