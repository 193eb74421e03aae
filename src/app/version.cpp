#include "wayside/app/version.hpp"

namespace wayside::app {

const std::string_view kVersion = WAYSIDE_VERSION;
const std::string_view kRevision = WAYSIDE_REVISION;

}  // namespace wayside::app
