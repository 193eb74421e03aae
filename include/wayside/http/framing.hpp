// How the end of a body is known (RFC 9112 section 6).
//
// All framing is decided here. Ambiguous framing is refused, never repaired: requests are smuggled between
// two readers that repair differently.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/http/head.hpp"
#include "wayside/http/violation.hpp"

#include <cstdint>

namespace wayside::http {

struct Framing {
  enum class Kind : std::uint8_t {
    kNone,        // no body, whatever the fields say
    kLength,      // exactly `length` bytes
    kChunked,     // RFC 9112 section 7.1
    kUntilClose,  // responses only
  };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;

  bool has_body() const noexcept { return kind != Kind::kNone && !(kind == Kind::kLength && length == 0); }
  friend bool operator==(const Framing&, const Framing&) = default;
};

Checked<Framing, Violation> request_framing(const RequestHead& head);

// The framing of a response depends on the request it answers: a response to HEAD has no body, whatever its
// fields say.
Checked<Framing, Violation> response_framing(const ResponseHead& head, Method request_method);

}  // namespace wayside::http
