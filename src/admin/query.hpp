// Reads the metric families that a scrape selects in its query.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wayside::admin {

// The values of every `name[]` in the query of `target`, percent-decoded: `/metrics?name[]=a&name%5B%5D=b`.
// Other parameters are ignored, as in Prometheus' client libraries.
std::vector<std::string> wanted_names(std::string_view target);

}  // namespace wayside::admin
