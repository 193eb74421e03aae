// The man pages wayside(1) and wayside.yaml(5), in roff.
#pragma once

#include "wayside/config/reference.hpp"

#include <string>
#include <string_view>

namespace wayside::manual {

// The line at the foot of a page.
struct Edition {
  std::string_view version;  // "1.2.3"
  std::string_view date;     // "2026-11-30"
};

std::string program_page(const config::Reference& reference, const Edition& edition);
std::string file_page(const config::Reference& reference, const Edition& edition);

}  // namespace wayside::manual
