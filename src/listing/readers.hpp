// The reader of each framework's listing. All have the contract of Framework::read, but for the entries of
// one path, which read_listing() joins.
#pragma once

#include "wayside/listing/listing.hpp"

#include <string>
#include <string_view>

namespace wayside::listing {

// `flask routes`: a table with a header, whose columns are as wide as their rows of dashes.
Checked<Listing, ListingError> read_flask(std::string_view text, routes::Dialect dialect);

// `manage.py show_urls` of django-extensions in each of its formats, or one pattern a line.
Checked<Listing, ListingError> read_django(std::string_view text, routes::Dialect dialect);

// `bin/rails routes`, with and without --expanded.
Checked<Listing, ListingError> read_rails(std::string_view text, routes::Dialect dialect);

// Lines of methods and a path, "GET /users/:id": express-list-routes, Gin's log, and loops over a router's
// table. What follows the path after blanks is passed over.
Checked<Listing, ListingError> read_method_lines(std::string_view text, routes::Dialect dialect);

// express-list-routes; where `dialect` is kAuto, the spelling tells Express 4 from 5.
Checked<Listing, ListingError> read_express(std::string_view text, routes::Dialect dialect);

// `app.printRoutes()` of Fastify, a tree of prefixes.
Checked<Listing, ListingError> read_fastify(std::string_view text, routes::Dialect dialect);

// Patterns of net/http, one a line, or Go source that registers them.
Checked<Listing, ListingError> read_go(std::string_view text, routes::Dialect dialect);

// The JSON of Spring Boot's /actuator/mappings.
Checked<Listing, ListingError> read_spring(std::string_view text, routes::Dialect dialect);

// The OpenAPI document of a FastAPI application, or lines of methods and a path.
Checked<Listing, ListingError> read_fastapi(std::string_view text, routes::Dialect dialect);

}  // namespace wayside::listing
