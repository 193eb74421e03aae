// `wayside routes import`: the files around the module listing.
#pragma once

#include "wayside/config/load.hpp"

#include <string>
#include <vector>

namespace wayside::app {

struct ImportOutcome {
  int status = 0;                      // of the process: 0, or 1 where nothing was imported for a mistake
  std::string output{};                // for standard output
  std::vector<std::string> remarks{};  // for standard error, one line each
};

// Reads the listing and gives its routes as YAML, or adds them to the configuration file `into`, which is
// replaced in one step, and made where there is none. Routes that the file has already are left out, so the
// second import of a listing changes no byte. A file that wayside would refuse is never written. Each route
// that cannot be imported is a remark. Blocks until the listing has been read. Throws std::bad_alloc.
ImportOutcome import_routes(const config::RouteImport& import);

}  // namespace wayside::app
