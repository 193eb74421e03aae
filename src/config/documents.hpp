// The routes of the OpenAPI documents beside those of the configuration file.
#pragma once

#include "wayside/config/settings.hpp"
#include "wayside/routes/route_spec.hpp"

#include <string>
#include <vector>

namespace wayside::config {

// What is not as the documents have it, one line each.
struct DocumentHints {
  std::vector<std::string> left_out;  // paths that are no template, and why
  std::vector<std::string> joined;    // routes that others replace or are counted with
};

// Adds the routes of the documents, in their order, to the routes of the file in `settings`.
//
// A route of the file replaces the routes of the documents that match the same requests. So does a route with
// a catch-all that a document writes as a parameter: FastAPI exports `/files/{p:path}` as `/files/{p}`.
// Routes of the documents that match the same requests become one, the first. A path that is no template is
// left out. What is wrong with all of the routes together adds a line to `errors`.
void add_documents(Settings& settings, std::vector<std::vector<routes::RouteSpec>> documents,
                   std::vector<std::string>& errors, DocumentHints& hints);

// The numbers of routes by their files: "routes: 2 of wayside.yaml, 811 of api.json". With `verbose`, a line
// for each route behind it.
std::vector<std::string> provenance(const Settings& settings, bool verbose);

}  // namespace wayside::config
