// A blocking socket for tests: sends and expects exact bytes, and waits for a limited time only.
//
// The proxy under test runs on other threads, so a test plays client and backend from one thread, line by
// line, in the order of events.
#pragma once

#include "wayside/base/address.hpp"

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wayside::test {

// Longer than any event takes on a busy machine; a test that waits this long has failed.
inline constexpr std::chrono::seconds kPatience{20};

// Nothing came for kPatience.
class Silence : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each function throws std::runtime_error, with the bytes read so far, if the stream ends early, and Silence
// after a wait of kPatience.
class RawSocket {
 public:
  explicit RawSocket(int descriptor) noexcept;
  RawSocket(RawSocket&& other) noexcept;
  RawSocket& operator=(RawSocket&& other) noexcept;
  ~RawSocket();

  static RawSocket connect(const Address& address);
  // Gives up ownership: the caller closes the descriptor. Call it only if no byte was read.
  int release() noexcept;

  void send(std::string_view bytes);
  // Sends each byte separately.
  void send_bytewise(std::string_view bytes);
  // Sends a byte out of band (tcp(7)).
  void send_urgent(char byte);

  // Reads up to and including the empty line.
  std::string read_head();
  std::string read_exactly(std::size_t count);
  std::string read_until(std::string_view mark);
  // Reads and discards, without an allocation. Call it only if no byte was read in advance.
  void skip_exactly(std::size_t count);
  // Reads to the end of the stream. A reset counts as the end and is remembered.
  std::string read_to_end();
  // Reads the bytes that have come so far, without waiting.
  std::string read_available();
  // Whether the last read_to_end() ended in a reset.
  bool was_reset() const noexcept { return was_reset_; }
  // Waits up to `patience` for bytes or the end of the stream. False if neither came.
  bool wait_for_input(std::chrono::milliseconds patience) const;

  void shutdown_send();
  // Closes with a reset.
  void reset();
  void close();
  // Sends bytes and the end in one segment: the peer sees both at once.
  void send_and_close(std::string_view bytes);

 private:
  static RawSocket connect_to(const std::string& unix_path);
  void wait_readable() const;
  // False at the end of the stream.
  bool read_some();
  std::string take(std::size_t count);
  [[noreturn]] void fail(const std::string& what) const;

  int descriptor_;
  std::string read_;  // bytes read but not taken yet
  bool was_reset_ = false;
};

}  // namespace wayside::test
