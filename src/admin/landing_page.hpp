// The page at `/`: what this is, where it stands, and links to the other pages.
#pragma once

#include "wayside/admin/admin_server.hpp"

#include <string>

namespace wayside::admin {

// A whole HTML document that loads nothing else. Every text that is put in is escaped.
std::string landing_page(const AdminPages& pages);

}  // namespace wayside::admin
