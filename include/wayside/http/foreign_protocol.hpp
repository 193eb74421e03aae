// Other protocols that clients speak to a port of HTTP/1.1 by mistake.
#pragma once

#include "wayside/http/violation.hpp"

#include <optional>
#include <string_view>

namespace wayside::http {

// The protocol that bytes begin with which are no request: a TLS hello (RFC 8446 section 5.1), the preface of
// HTTP/2 (RFC 9113 section 3.4), or a header of the PROXY protocol. `bytes` come without empty lines in
// front, and may be fewer than tell these apart from other bytes that are no request.
std::optional<Violation> foreign_protocol(std::string_view bytes) noexcept;

// The frames that send a client of HTTP/2 back to HTTP/1.1: an empty SETTINGS frame, and GOAWAY with
// HTTP_1_1_REQUIRED (RFC 9113 sections 3.4, 6.8 and 7).
std::string_view http2_refusal() noexcept;

}  // namespace wayside::http
