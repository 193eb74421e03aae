// The live numbers for terminals: the page at `/` for clients that do not take HTML, and columns for /routes.
#pragma once

#include "wayside/admin/admin_server.hpp"
#include "wayside/inspector/inspector.hpp"

#include <string>

namespace wayside::admin {

// Appends a summary of the service, a line for each endpoint, the busiest first, and what other pages there
// are, in printable ASCII. Throws std::bad_alloc.
void write_summary(const AdminPages& pages, const inspector::ClockReading& now, std::string& out);

// The numbers of each endpoint in that page, by its label. Throws std::bad_alloc.
inspector::FurtherColumns live_columns(metrics::History& history, TimePoint now);

}  // namespace wayside::admin
