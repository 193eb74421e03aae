// What kind of field a name stands for: by name alone, in any case, and also where it is spelled with "_" for
// "-". CGI and its heirs (WSGI, PHP, Rack) turn both into "_" on the way in, so that a backend cannot tell
// X_Real_IP from X-Real-IP.
//
// Each function walks a short list: for names that are seldom asked about, not for every field of a head.
#pragma once

#include <string_view>

namespace wayside::http {

// Fields by which a proxy in front tells the backend who the client is and what it asked for: Forwarded,
// X-Forwarded-…, X-Real-IP, the user and the certificate that were verified, and their like. Backends believe
// them.
bool speaks_for_proxies(std::string_view name) noexcept;

// Fields that are meant for the recipient of the content: those above, and all that RFC 9110 and its kin
// define end to end. A Connection field may not name one ("a sender MUST NOT send a connection option
// corresponding to a field that is intended for all recipients of the content", RFC 9110 section 7.6.1).
bool is_end_to_end(std::string_view name) noexcept;

// Whether `name` is `lower`, which is in lower case and has no "_".
bool is_spelling_of(std::string_view name, std::string_view lower) noexcept;

}  // namespace wayside::http
