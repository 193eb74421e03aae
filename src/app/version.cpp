#include "wayside/app/version.hpp"

#include <boost/version.hpp>

#include <fmt/format.h>

namespace wayside::app {

const std::string_view kVersion = WAYSIDE_VERSION;
const std::string_view kRevision = WAYSIDE_REVISION;

namespace {

#ifdef __clang__
constexpr std::string_view kCompiler = __VERSION__;  // "Debian Clang 14.0.6"
#else
constexpr std::string_view kCompiler = "GCC " __VERSION__;
#endif

}  // namespace

std::string version_text() {
  const std::string revision = kRevision.empty() ? "" : fmt::format(" ({})", kRevision);
  return fmt::format("wayside {}{}\nbuilt with Boost {}.{}.{} by {}\n", kVersion, revision,
                     BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1'000, BOOST_VERSION % 100, kCompiler);
}

}  // namespace wayside::app
