// The version and the revision of this build.
#pragma once

#include <string>
#include <string_view>

namespace wayside::app {

extern const std::string_view kVersion;   // "1.2.3"
extern const std::string_view kRevision;  // the first ten digits of the commit; empty if unknown

// The text of --version: name, version, revision, and the versions of Boost and the compiler.
std::string version_text();

}  // namespace wayside::app
