#include "wayside/app/version.hpp"

#include <boost/version.hpp>

#include <fmt/format.h>

namespace wayside::app {

const std::string_view kVersion = WAYSIDE_VERSION;
const std::string_view kRevision = WAYSIDE_REVISION;

std::string version_text() {
  const std::string revision = kRevision.empty() ? "" : fmt::format(" ({})", kRevision);
  return fmt::format("wayside {}{}\nBoost {}, {}\n", kVersion, revision, BOOST_LIB_VERSION, __VERSION__);
}

}  // namespace wayside::app
