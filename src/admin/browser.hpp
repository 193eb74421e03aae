// Recognises requests that a page of another site made a browser send.
//
// The metrics listener has no authentication: whoever can reach it may use it. A page of another site must
// not use it through the browser of somebody who can reach it.
#pragma once

#include "admin/pages.hpp"

namespace wayside::admin {

// Browsers send the origin of a POST in Origin and, to trustworthy addresses, in Sec-Fetch-Site, and no
// script can change either (https://fetch.spec.whatwg.org/#origin-header). A request without both fields
// comes from no browser but from curl, a script or an orchestrator, and may have any Host.
//
// The page of a browser's request has to come from this listener: its origin is the Host of the request, and
// the Host is an IP address or localhost. Another name proves nothing: its owner may point it at this machine
// once the page is loaded (DNS rebinding), and the page's origin then equals the Host.
bool is_from_foreign_page(const PageRequest& request) noexcept;

}  // namespace wayside::admin
