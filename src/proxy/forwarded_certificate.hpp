// The certificate of a client, as the value of X-Forwarded-Client-Cert.
#pragma once

#include "wayside/tls/session.hpp"

#include <string>

namespace wayside::proxy {

// In Envoy's format: Hash=…;Subject="…";URI=…;DNS=…. A name with characters that are not printable ASCII is
// left out.
std::string forwarded_certificate(const tls::Session::PeerCertificate& certificate);

}  // namespace wayside::proxy
