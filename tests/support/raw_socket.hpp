// A blocking socket for tests: sends and expects exact bytes, and never waits for ever.
//
// The proxy under test runs on threads of its own, so a test plays client and backend from its one thread,
// line by line, in the order in which things are to happen.
#pragma once

#include "wayside/base/address.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace wayside::test {

// Longer than anything takes on a busy machine; a test that waits this long has failed.
inline constexpr std::chrono::seconds kPatience{20};

// Every function throws std::runtime_error, with what was read so far, when what it waits for does not come.
class RawSocket {
 public:
  explicit RawSocket(int descriptor) noexcept;
  RawSocket(RawSocket&& other) noexcept;
  RawSocket& operator=(RawSocket&& other) noexcept;
  ~RawSocket();

  static RawSocket connect(const Address& address);

  void send(std::string_view bytes);
  // Sends each byte by itself.
  void send_bytewise(std::string_view bytes);
  // Sends a byte out of band (tcp(7)).
  void send_urgent(char byte);

  // Up to and including the empty line.
  std::string read_head();
  std::string read_exactly(std::size_t count);
  std::string read_until(std::string_view mark);
  // Reads and forgets; allocates nothing. Only while nothing that was read waits to be taken.
  void skip_exactly(std::size_t count);
  // All that comes before the peer ends the stream. A reset counts as the end and is remembered.
  std::string read_to_end();
  // What has come so far.
  std::string read_available();
  // Whether the last read_to_end() ended in a reset.
  bool was_reset() const noexcept { return was_reset_; }
  // Whether something is there to read within `patience`, the end included.
  bool becomes_readable(std::chrono::milliseconds patience) const;

  void shutdown_send();
  // Closes with a reset.
  void reset();
  void close();
  // The same in one segment: the peer that sees the bytes sees the end.
  void send_and_close(std::string_view bytes);

 private:
  void wait_readable() const;
  // False at the end of the stream.
  bool read_some();
  std::string take(std::size_t count);
  [[noreturn]] void fail(const std::string& what) const;

  int descriptor_;
  std::string read_;  // and not taken yet
  bool was_reset_ = false;
};

}  // namespace wayside::test
