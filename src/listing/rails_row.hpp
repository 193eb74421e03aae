// One row of `bin/rails routes`, once its columns are parted, and the entry that it becomes.
#pragma once

#include "wayside/listing/listing.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::listing {

struct RailsRow {
  std::size_t line = 0;
  std::string methods;  // "GET|POST"; empty: every method
  std::string path;     // "/users/:id(.:format)"
  std::string target;   // "users#show {:id=>/\d+/}", "Blorgh::Engine", "redirect(301, /x)"
};

// Whether braces, brackets or the slashes of an expression are open at the end: the row goes on in the next
// line.
bool is_unfinished(std::string_view target);

// The application that a row mounts below its path; empty where it routes to an action.
std::string_view mounted_application(const RailsRow& row);

// The entry of a row whose routes are below `mount`. A mount becomes a subtree. Where the target constrains a
// parameter, the entry has the constraint in the spelling ":id(\\d+)" of kAuto, and the listing's path as
// its name. Nothing where the methods cannot be read.
std::optional<Entry> entry_of(const RailsRow& row, std::string_view mount, routes::Dialect dialect);

}  // namespace wayside::listing
