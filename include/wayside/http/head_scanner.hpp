// Finds the end of a message head in bytes that arrive in any pieces.
//
// Each byte is examined once, however small the pieces, so a slow sender costs no more than a fast one. Bytes
// that cannot begin a head are refused at once, so a client that does not speak HTTP is answered without
// waiting for a timeout.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/http/limits.hpp"
#include "wayside/http/violation.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace wayside::http {

class HeadScanner {
 public:
  enum class Kind : unsigned char { kRequest, kResponse };
  // `limits` outlives the scanner.
  explicit HeadScanner(Kind kind, const Limits& limits = kDefaultLimits) noexcept
      : kind_(kind), limits_(&limits) {}

  // `bytes` is everything received so far, from the first byte of the head on; each call passes the bytes of
  // the last one and more. Returns the size of the head, the empty line included, or nothing while it is
  // incomplete.
  Checked<std::optional<std::size_t>, Violation> scan(std::string_view bytes) noexcept;

  // Whether a head has begun. Until then, empty lines in front may be dropped.
  bool started() const noexcept { return scanned_ != 0; }

  // For the next message.
  void reset() noexcept { scanned_ = 0, first_line_complete_ = false; }

 private:
  Kind kind_;
  bool first_line_complete_ = false;
  const Limits* limits_;
  std::size_t scanned_ = 0;  // bytes already examined
};

// The size of the empty lines in front of a request, which a server ignores (RFC 9112 section 2.2).
std::size_t leading_empty_lines(std::string_view bytes) noexcept;

}  // namespace wayside::http
