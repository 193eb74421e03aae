// Routes from the listing that a framework's command prints: `flask routes`, `bin/rails routes`, ….
//
// Text in, entries out: the module opens no file and runs no command. A listing is read line by line, and
// what surrounds it (log lines before a table, colours, the header) is passed over.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/base/result.hpp"
#include "wayside/routes/dialect.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::listing {

// One route of a listing, as an entry of the key `routes`.
struct Entry {
  std::string path;     // in the spelling of `dialect`
  MethodSet methods{};  // empty: every method
  routes::Dialect dialect = routes::Dialect::kAuto;
  std::string name{};    // the label where it is not the path
  std::size_t line = 0;  // in the listing, from 1

  friend bool operator==(const Entry&, const Entry&) = default;
};

// A route of the listing that is no entry.
struct Note {
  std::size_t line = 0;  // in the listing, from 1
  std::string text;      // the route as the listing has it
  std::string reason;    // one clause: "the framework matches it with a regular expression"

  friend bool operator==(const Note&, const Note&) = default;
};

struct Listing {
  std::vector<Entry> entries;  // in the order of the listing; entries of one path are one entry
  std::vector<Note> notes;     // in the order of the listing
  std::size_t known = 0;       // entries that the configuration has already, see settle()
};

// The text is no listing of that framework.
struct ListingError {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // in bytes, from 1
  std::string message;     // "expected …, found …"
};

// A framework whose listing can be read.
struct Framework {
  std::string_view word;     // of --from: "flask"
  std::string_view command;  // prints the listing: "flask routes"
  routes::Dialect dialect;   // of the entries
  Checked<Listing, ListingError> (*read)(std::string_view text, routes::Dialect dialect);
};

// In alphabetical order of their words. Static storage duration.
std::span<const Framework> frameworks();

// The framework with this word; null where there is none. Words are case-sensitive.
const Framework* find_framework(std::string_view word) noexcept;

// Reads a listing. A listing without a route is an error. Throws std::bad_alloc.
Checked<Listing, ListingError> read_listing(const Framework& framework, std::string_view text);

}  // namespace wayside::listing
