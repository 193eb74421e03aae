// Classifies fields by name. Case does not matter, and "_" counts as "-": CGI and its successors (WSGI, PHP,
// Rack) turn both into "_", so a backend cannot tell X_Real_IP from X-Real-IP.
//
// Each function searches a list from its beginning, so they suit names that are seldom asked about, not every
// field of a head.
#pragma once

#include <string_view>

namespace wayside::http {

// Fields in which a proxy tells the backend who the client is and what it asked for: Forwarded,
// X-Forwarded-…, X-Real-IP, verified users and certificates, and the like. Backends trust them.
bool is_set_by_proxies(std::string_view name) noexcept;

// Fields that are meant for the recipient of the content: those above, and the end-to-end fields of RFC 9110
// and related standards. A Connection field may not name one ("a sender MUST NOT send a connection option
// corresponding to a field that is intended for all recipients of the content", RFC 9110 section 7.6.1).
bool is_end_to_end(std::string_view name) noexcept;

// Whether `name` spells `lower`, which is in lower case and has no "_".
bool is_spelling_of(std::string_view name, std::string_view lower) noexcept;

}  // namespace wayside::http
