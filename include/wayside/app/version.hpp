// The version and the revision of this build.
#pragma once

#include <string_view>

namespace wayside::app {

extern const std::string_view kVersion;   // "0.1.0"
extern const std::string_view kRevision;  // of the source, as git names it; empty where it was not known

}  // namespace wayside::app
