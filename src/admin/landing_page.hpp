// The page at `/`: version, addresses, and links to the other pages.
#pragma once

#include "wayside/admin/admin_server.hpp"

#include <string>

namespace wayside::admin {

// An HTML document that loads nothing else. All texts in it are escaped.
std::string landing_page(const AdminPages& pages);

}  // namespace wayside::admin
