// Which texts does every text contain that an automaton accepts?
//
// ".+:action1" requires ":action1", and "v[0-9]+-[a-z]+" requires "v" and "-". They rule most automata out as
// parts of each other without a comparison: what another one includes contains all that the other requires.
#pragma once

#include "routes/constraint/automaton.hpp"

#include <string>
#include <vector>

namespace wayside::routes {

// Not percent-encoded, none empty; not every text that is required. In time about linear in the automaton.
std::vector<std::string> required_texts(const Automaton& automaton);

}  // namespace wayside::routes
