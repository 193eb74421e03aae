// Which templates no path reaches, because more specific ones match all of their paths?
//
// Decided exactly for paths in UTF-8: the paths of a template are compared with the union of the paths of all
// templates that win over it, as a product of their automata. A template is compared only with those whose
// segments can match the same texts, which are found in a tree, so a table of 20,000 ordinary templates takes
// a fraction of a second.
#pragma once

#include "routes/template.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace wayside::routes {

// By template: nothing where a path reaches it; else the index of a template that takes one of its paths.
//
// Where the comparison of one template, or all of them together, would take more than a fixed number of
// steps, which needs hundreds of constraints that overlap in one place, the template counts as reached.
std::vector<std::optional<std::size_t>> find_unreached(std::span<const Template> templates,
                                                       MatchOptions options);

}  // namespace wayside::routes
