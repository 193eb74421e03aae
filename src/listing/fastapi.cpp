#include "wayside/openapi/document.hpp"

#include "listing/readers.hpp"

#include <cstddef>
#include <string>

namespace wayside::listing {

Checked<Listing, ListingError> read_fastapi(std::string_view text, routes::Dialect dialect) {
  // A table of app.routes shows the path converters that the document leaves out.
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != text.npos && text[begin] != '{') {
    auto lines = read_method_lines(text, dialect);
    if (lines.has_error() || !lines->entries.empty()) return lines;
  }
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
