// The client for whom trusted proxies ask, as X-Forwarded-For or Forwarded names it (RFC 7239).
#pragma once

#include "wayside/base/trusted_proxies.hpp"
#include "wayside/http/head.hpp"

#include <optional>
#include <string_view>

namespace wayside::http {

// The address nearest to this hop that is no trusted proxy's, or the farthest one where all are. Each hop
// appends the address that it sees, so what is left of an address that is not trusted may be made up.
// X-Forwarded-For goes first. Empty where neither field names an address. A view into the fields.
//
// Call it only for a request of a trusted proxy.
std::string_view forwarded_client(const Fields& fields, const TrustedProxies& trusted) noexcept;

// Whether the client uses TLS towards the first proxy, by the first item of X-Forwarded-Proto; nothing: there
// is no such field.
//
// Call it only for a request of a trusted proxy.
std::optional<bool> forwarded_tls(const Fields& fields) noexcept;

}  // namespace wayside::http
