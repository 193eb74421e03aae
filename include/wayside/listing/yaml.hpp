// The entries of a listing as items of the key `routes` of a configuration file.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/listing/listing.hpp"
#include "wayside/routes/route_table.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wayside::listing {

// Moves entries that cannot stand beside `existing` routes and each other to the notes: templates that
// wayside cannot read, and templates that match the same requests as an earlier one, which is the one that is
// kept. An entry that one of `existing` serves with all its methods is counted in `known` alone. So importing
// a listing twice adds nothing and has nothing to say. Throws std::bad_alloc.
void settle(Listing& listing, std::span<const routes::RouteSpec> existing, routes::MatchOptions options,
            const routes::Limits& limits);

// One item for each dialect, with its routes, and a comment for each note. Each line begins with `indent`
// blanks. Empty where the listing is.
std::string print_items(const Listing& listing, std::size_t indent);

// The same below the key `routes`: a whole configuration file.
std::string print_file(const Listing& listing);

// Why a file cannot take further routes.
struct InsertionError {
  std::size_t line = 0;  // from 1
  std::string message;   // "expected …, found …"
};

// The text of a configuration file with the entries added at the end of its list `routes`, and nothing else
// changed; the text itself where the listing has no entries. `file` is YAML that has been read without a
// mistake. Its routes must be in block style, one item a line.
Checked<std::string, InsertionError> insert_items(std::string_view file, const Listing& listing);

}  // namespace wayside::listing
