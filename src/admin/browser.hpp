// Tells requests that a page of another site has made a browser send from all others.
//
// The metrics listener has no authentication: who can reach it may use it. A browser of somebody who can
// reach it must not lend that to whatever page is open in it.
#pragma once

#include "admin/pages.hpp"

namespace wayside::admin {

// Browsers say where a POST comes from, in Origin and, to trustworthy addresses, in Sec-Fetch-Site, and no
// script can change either (https://fetch.spec.whatwg.org/#origin-header). Without both it is no browser:
// curl, a script, an orchestrator, whatever the Host that they know us by.
//
// With them, the page has to come from here: its origin is the Host of the request, and that is an IP address
// or localhost. Any other name proves nothing, since whoever owns a name may let it mean our address once his
// page is loaded (DNS rebinding), and then his origin is our Host.
bool is_from_foreign_page(const PageRequest& request) noexcept;

}  // namespace wayside::admin
