#include "wayside/openapi/document.hpp"

#include "listing/readers.hpp"

#include <string>

namespace wayside::listing {

Checked<Listing, ListingError> read_fastapi(std::string_view text, routes::Dialect dialect) {
  const auto document = openapi::read_routes(std::string(text), {});
  if (document.has_error()) {
    return ListingError{document.error().line, document.error().column, document.error().message};
  }
  Listing listing;
  for (const routes::RouteSpec& spec : *document)
    listing.entries.push_back({spec.path, spec.methods, dialect, spec.name, spec.line});
  return listing;
}

}  // namespace wayside::listing
