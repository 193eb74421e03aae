// What bash and zsh propose behind `wayside`, as the scripts that they load.
#pragma once

#include "wayside/config/reference.hpp"

#include <string>

namespace wayside::manual {

std::string bash_completion(const config::Reference& reference);
std::string zsh_completion(const config::Reference& reference);

}  // namespace wayside::manual
